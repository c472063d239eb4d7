namespace Torchkeep.Torch.Risks;

/// <summary>Names that are dangerous for one reason.</summary>
/// <param name="Reason">Why; null for names below a dangerous one of which that is not known.</param>
/// <param name="Names">Names with white space between. Each stands for all below it as well.</param>
internal sealed record DangerousGroup(string? Reason, string Names);
