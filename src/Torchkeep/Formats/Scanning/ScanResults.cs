using Torchkeep.Pickle;
using Torchkeep.Torch.Risks;

namespace Torchkeep.Formats.Scanning;

/// <summary>
/// Names and findings, each once, and no more of a kind than somebody could read. The verdict is the worst of all that is
/// met: what is not kept counts as well, and is itself told.
/// </summary>
internal sealed class ScanResults(AllowedNames allowed)
{
    // Of each rule, and of each risk: what is many of one kind hides nothing of another.
    private const int MaxFindings = 1_000;
    private const int MaxNames = 50_000;

    // What was met, in its order: findings, and names, of which findings are made at the end.
    private readonly List<(ScanFinding? Finding, UsedName? Name)> _met = [];
    private readonly Dictionary<(PyGlobal Name, string? Record), UsedName> _names = [];
    private readonly Dictionary<GlobalRisk, int> _kept = [];
    private readonly Dictionary<GlobalRisk, long> _leftOut = [];
    private readonly Dictionary<ScanRule, long> _counts = [];
    private ScanLevel? _level;
    private int _pickles;

    /// <summary>Whether there is nothing at all to say.</summary>
    internal bool IsEmpty => _pickles == 0 && _level is null;

    internal void Add(ScanFinding finding)
    {
        Weigh(finding.Rule);
        if (Count(finding.Rule) <= MaxFindings)
        {
            _met.Add((finding, null));
        }
    }

    internal void Add(PickleTrace trace, string? record, long position, bool isTorchScript = false)
    {
        _pickles++;
        foreach (var name in trace.Names)
        {
            Add(name, record, position, isTorchScript);
        }

        if (trace.HiddenFrame is { } frame)
        {
            Add(new ScanFinding(ScanRule.HiddenFrame, frame, record, position + trace.HiddenFrameOffset));
        }

        if (trace.Fault is { } fault)
        {
            Add(new ScanFinding(trace.IsOverLimit ? ScanRule.OverLimit : ScanRule.BrokenPickle, fault, record, position + trace.FaultOffset));
        }
    }

    internal ScanReport ToReport(string kind)
    {
        var globals = new List<ScannedGlobal>();
        var findings = new List<ScanFinding>();
        foreach (var (finding, name) in _met)
        {
            if (name is not null)
            {
                globals.Add(name.ToGlobal());
            }

            if ((finding ?? name!.ToFinding()) is { } told && (finding is not null || Count(told.Rule) <= MaxFindings))
            {
                findings.Add(told);
            }
        }

        foreach (var (rule, count) in _counts.Where(row => row.Value > MaxFindings).OrderBy(row => row.Key.Id, StringComparer.Ordinal))
        {
            LeaveOut(findings, $"{count - MaxFindings} more findings of '{rule.Id}' are left out");
        }

        foreach (var (risk, count) in _leftOut.OrderByDescending(row => row.Key))
        {
            LeaveOut(findings, $"names are used {count} more times that are {(risk == GlobalRisk.Harmless ? "harmless" : risk == GlobalRisk.Unknown ? "unknown" : "dangerous")}, and are left out");
        }

        return new(kind, _pickles, globals, findings) { Level = _level, HasTorchScript = _counts.ContainsKey(ScanRule.ScriptCode) };
    }

    private void Add(TracedName found, string? record, long position, bool isTorchScript)
    {
        if (!_names.TryGetValue((found.Name, record), out var name))
        {
            name = new UsedName(found.Name, record);
        }

        var judged = found.IsHidden || found.IsExtension ? new(GlobalRisk.Unknown, null) : GlobalRisks.Of(found, isTorchScript);
        name.Add(found, judged, position, allowed);
        if (name.Rule is { } rule)
        {
            Weigh(rule);
        }

        if (name.IsKept)
        {
            return;
        }

        var kept = _kept.GetValueOrDefault(name.Risk);
        if (kept == MaxNames)
        {
            _leftOut[name.Risk] = _leftOut.GetValueOrDefault(name.Risk) + 1;
            return;
        }

        _kept[name.Risk] = kept + 1;
        name.IsKept = true;
        _names.Add((found.Name, record), name);
        _met.Add((null, name));
    }

    private long Count(ScanRule rule) => _counts[rule] = _counts.GetValueOrDefault(rule) + 1;

    private void Weigh(ScanRule rule) => _level = _level > rule.Level ? _level : rule.Level;

    private void LeaveOut(List<ScanFinding> findings, string message)
    {
        Weigh(ScanRule.OverLimit);
        findings.Add(new(ScanRule.OverLimit, message, null, null));
    }
}
