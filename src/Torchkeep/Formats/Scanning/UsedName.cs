using Torchkeep.Pickle;
using Torchkeep.Torch;
using Torchkeep.Torch.Risks;

namespace Torchkeep.Formats.Scanning;

/// <summary>A name that the pickles of a record use, and the most that is done with it.</summary>
internal sealed class UsedName(PyGlobal name, string? record)
{
    // Longer than any class is called.
    private const int MaxShown = 300;

    private GlobalUse _use;
    private int _count;
    private long _offset;
    private string? _reason;
    private string? _arguments;
    private bool _isAllowed;
    private bool _isHidden;
    private bool _isExtension;

    /// <summary>Whether it is among the names of the report.</summary>
    internal bool IsKept { get; set; }

    /// <summary>The worst of its uses.</summary>
    internal GlobalRisk Risk { get; private set; }

    /// <summary>What finding it is, or null.</summary>
    internal ScanRule? Rule =>
        _isHidden ? ScanRule.HiddenGlobal
        : _isExtension ? ScanRule.ExtensionCode
        : Risk == GlobalRisk.Harmless ? null
        : _isAllowed ? ScanRule.AllowedGlobal
        : Risk == GlobalRisk.Dangerous ? ScanRule.DangerousGlobal
        : ScanRule.UnknownGlobal;

    /// <summary>One more use: the worst is told, and of those the one that does most.</summary>
    internal void Add(TracedName found, GlobalJudgement judged, long position, AllowedNames allowed)
    {
        if (_count > 0 && (judged.Risk, Weight(found.Use)).CompareTo((Risk, Weight(_use))) is var order and <= 0)
        {
            _count += order == 0 ? found.Count : 0;
            return;
        }

        (Risk, _reason, _use, _count, _offset) = (judged.Risk, judged.Reason, found.Use, found.Count, position + found.Offset);
        (_isHidden, _isExtension) = (found.IsHidden, found.IsExtension);
        _isAllowed = Risk != GlobalRisk.Harmless && !_isHidden && !_isExtension && allowed.Contains(TorchNames.ToPython3(name), Risk);
        _arguments = Risk == GlobalRisk.Harmless ? null : found.Arguments;
    }

    internal ScannedGlobal ToGlobal() => new(name, Risk, _use, _count, record, _offset) { Reason = _reason, IsAllowed = _isAllowed };

    internal ScanFinding? ToFinding()
    {
        if (Rule is not { } rule)
        {
            return null;
        }

        var what = _isHidden ? "a thing that the pickle makes up" : name.ToString() is { Length: > MaxShown } full ? full[..MaxShown] + "…" : name.ToString();
        var does = _use switch
        {
            GlobalUse.Imported => $"imports {what}",
            GlobalUse.Instantiated => $"makes an object of {what}",
            _ => $"calls {what}{_arguments}",
        };
        return new(rule, (_reason is null ? does : $"{does}: {_reason}") + (_isAllowed ? "; it is allowed" : ""), record, _offset);
    }

    private static int Weight(GlobalUse use) => use switch
    {
        GlobalUse.Imported => 0,
        GlobalUse.Instantiated => 1,
        _ => 2,
    };
}
