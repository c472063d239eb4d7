using Torchkeep.Pickle;

namespace Torchkeep.Torch.Risks;

/// <summary>
/// A name that is judged by what it is called with. To import it is harmless as long as it is called and nothing else:
/// handed on, it could be called with anything.
/// </summary>
/// <param name="Reason">Why a call with such arguments is harmless.</param>
/// <param name="Danger">Why every other is not.</param>
/// <param name="IsHarmless">Whether a call with these arguments is harmless.</param>
internal sealed record ConditionalName(string Reason, string Danger, Func<IReadOnlyList<TracedArgument>, bool> IsHarmless)
{
    /// <summary>Whether it takes nothing but what it knows, so that it may be handed on.</summary>
    internal bool MayBeHandedOn { get; init; }

    /// <summary>The risk of a call with such arguments.</summary>
    internal GlobalRisk Risk { get; init; } = GlobalRisk.Harmless;

    internal GlobalJudgement Judge(TracedName found)
    {
        var isHarmless = found.Use == GlobalUse.Imported
            ? MayBeHandedOn || !found.IsHandedOn
            : !found.HasMoreWays && found.Ways.TrueForAll(way => way is not null && IsHarmless(way));
        return isHarmless ? new(Risk, Reason) : new(GlobalRisk.Dangerous, Danger);
    }
}
