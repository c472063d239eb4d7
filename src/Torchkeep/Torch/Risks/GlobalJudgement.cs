namespace Torchkeep.Torch.Risks;

/// <summary>What a use of a name could do.</summary>
/// <param name="Risk">How bad that is.</param>
/// <param name="Reason">Why, in a few words that follow a colon; or null where nothing is known.</param>
internal readonly record struct GlobalJudgement(GlobalRisk Risk, string? Reason);
