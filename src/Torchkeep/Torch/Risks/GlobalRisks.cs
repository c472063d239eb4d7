using Torchkeep.Pickle;

namespace Torchkeep.Torch.Risks;

/// <summary>
/// Judges a name in a pickle by what Python would do with it there. What is neither known to be harmless nor known to be
/// dangerous is unknown: no list of bad names is ever whole. docs/scan-names.md says how the names were judged.
/// </summary>
internal static class GlobalRisks
{
    // TorchScript's own classes, which only its own loader makes (torch/csrc/jit/serialization).
    private const string ScriptClasses = "__torch__";

    /// <summary>The risk of a use of a name, and why.</summary>
    /// <param name="found">The use.</param>
    /// <param name="isTorchScript">
    /// Whether the pickle lies where <c>torch.load</c> and <c>torch.jit.load</c> leave it to TorchScript's own reader, for
    /// which <c>__torch__</c> is no module of Python. Anywhere else Python would import one.
    /// </param>
    internal static GlobalJudgement Of(TracedName found, bool isTorchScript = false)
    {
        var name = TorchNames.ToPython3(found.Name);
        if (ConditionalNames.Find(name) is { } conditional)
        {
            return conditional.Judge(found);
        }

        if (HarmlessNames.Find(name) is { } group)
        {
            return group.IsForMakingOnly && found.Use == GlobalUse.Called
                ? new(GlobalRisk.Unknown, "to make an object of it is harmless, a call may be more")
                : new(GlobalRisk.Harmless, group.Reason);
        }

        if (isTorchScript && (name.Module == ScriptClasses || name.Module.StartsWith(ScriptClasses + ".", StringComparison.Ordinal)))
        {
            return new(GlobalRisk.Harmless, "it is a class of the TorchScript in the archive");
        }

        return DangerousNames.ReasonOf(name) is { } reason ? new(GlobalRisk.Dangerous, reason) : new(GlobalRisk.Unknown, null);
    }
}
