using System.Runtime.InteropServices;
using Torchkeep.Pickle;
using Torchkeep.Torch;

namespace Torchkeep.Formats.Scanning;

/// <summary>Names and findings, each once.</summary>
internal sealed class ScanResults
{
    // A file of nothing but findings says no more with more of them.
    private const int MaxFindings = 10_000;

    private readonly List<ScannedGlobal> _globals = [];
    private readonly Dictionary<(PyGlobal Name, GlobalUse Use, string? Record), int> _places = [];
    private readonly List<ScanFinding> _findings = [];
    private int _pickles;

    internal ScanReport ToReport(string kind) => new(kind, _pickles, _globals, _findings);

    internal void Add(ScanFinding finding)
    {
        if (_findings.Count < MaxFindings)
        {
            _findings.Add(finding);
        }
    }

    internal void Add(PickleTrace trace, string? record, long position)
    {
        _pickles++;
        foreach (var name in trace.Names)
        {
            Add(name, record, position);
        }

        if (trace.HiddenFrame is { } frame)
        {
            Add(new ScanFinding(ScanRule.HiddenFrame, frame, record, position + trace.HiddenFrameOffset));
        }

        if (trace.IsOverLimit)
        {
            Add(new ScanFinding(ScanRule.OverLimit, trace.Fault!, record, position + trace.FaultOffset));
        }
        else if (trace.Fault is { } fault)
        {
            Add(new ScanFinding(ScanRule.BrokenPickle, fault, record, position + trace.FaultOffset));
        }
    }

    private void Add(TracedName found, string? record, long position)
    {
        ref var place = ref CollectionsMarshal.GetValueRefOrAddDefault(_places, (found.Name, found.Use, record), out var isKnown);
        if (isKnown)
        {
            _globals[place] = _globals[place] with { Count = _globals[place].Count + found.Count };
            return;
        }

        var (risk, reason) = found.IsHidden ? (GlobalRisk.Unknown, null) : GlobalRisks.Of(found.Name);
        place = _globals.Count;
        _globals.Add(new(found.Name, risk, found.Use, found.Count, record, position + found.Offset));
        var rule = found.IsHidden ? ScanRule.HiddenGlobal
            : found.Name is { Module: "copyreg" } && found.Name.Name.StartsWith("extension ", StringComparison.Ordinal) ? ScanRule.ExtensionCode
            : risk == GlobalRisk.Dangerous ? ScanRule.DangerousGlobal
            : ScanRule.UnknownGlobal;
        if (risk != GlobalRisk.Harmless)
        {
            var what = found.IsHidden ? "a thing that the pickle makes up" : found.Name.ToString();
            var does = found.Use switch
            {
                GlobalUse.Imported => $"imports {what}",
                GlobalUse.Instantiated => $"makes an object of {what}",
                _ => $"calls {what}{found.Arguments}",
            };
            Add(new ScanFinding(rule, reason is null ? does : $"{does}: {reason}", record, position + found.Offset));
        }
    }
}
