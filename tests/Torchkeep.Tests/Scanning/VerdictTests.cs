using Torchkeep.IO;
using Torchkeep.Tests.Verification;
using static Torchkeep.Tests.PickleBytes;

namespace Torchkeep.Tests.Scanning;

/// <summary>The verdict is the worst of all that is met, whatever else is met how often.</summary>
public sealed class VerdictTests
{
    private static readonly byte[] _evil = Protocol2(Call(Global("os", "system"), Str("id")));

    [Fact]
    public void ManyNotesHideNothing()
    {
        var note = TorchZipBytes.Archive([("b/code/x.py", "x"u8.ToArray())]);
        var report = Scan(TorchZipBytes.Archive([.. Enumerable.Range(0, 1_100).Select(i => ($"a/{i}", note)), ("a/data.pkl", _evil)]));
        Assert.Equal((ScanLevel.Error, false), (report.Level, report.IsClean));
        Assert.Contains(report.Findings, finding => finding.Message.StartsWith("calls os.system('id')", StringComparison.Ordinal));
        Assert.Equal(1_000, report.Findings.Count(finding => finding.Rule.Id == "script-code"));
        Assert.Equal("100 more findings of 'script-code' are left out", Assert.Single(report.Findings, finding => finding.Rule.Id == "over-limit").Message);
    }

    [Fact]
    public void ManyWarningsHideNothing()
    {
        byte[] unknown = [.. Enumerable.Range(0, 1_100).SelectMany(i => (byte[])[.. Global("models", $"Net{i}"), (byte)'0'])];
        var report = Scan([0x80, 2, .. unknown, .. _evil[2..]]);
        Assert.Equal(ScanLevel.Error, report.Level);
        Assert.Contains(report.Findings, finding => finding.Message.StartsWith("calls os.system('id')", StringComparison.Ordinal));
        Assert.Equal(1_101, report.Globals.Count);
        Assert.Equal("100 more findings of 'unknown-global' are left out", Assert.Single(report.Findings, finding => finding.Rule.Id == "over-limit").Message);
    }

    [Fact]
    public void ManyErrorsOfOneKindHideNoneOfAnother()
    {
        byte[] many = [.. Enumerable.Range(0, 1_100).SelectMany(i => (byte[])[.. Global("socket", $"f{i}"), (byte)'0'])];
        byte[] hidden = [.. Call(Call(Global("collections", "Counter"))), (byte)'.'];
        var report = Scan([0x80, 2, .. many, .. hidden]);
        Assert.Contains(report.Findings, finding => finding.Rule.Id == "hidden-global");
        Assert.Contains(report.Findings, finding => finding.Message == "100 more findings of 'dangerous-global' are left out");
    }

    [Fact]
    public void NamesAreBoundedAndDangerousOnesAreKept()
    {
        byte[] many = [.. Enumerable.Range(0, 60_000).SelectMany(i => (byte[])[.. Global("models", $"N{i}"), (byte)'0'])];
        var report = Scan([0x80, 2, .. many, .. _evil[2..]]);
        Assert.Equal(50_001, report.Globals.Count);
        Assert.Contains(report.Globals, global => global is { Name.Name: "system", Risk: GlobalRisk.Dangerous });
        Assert.Contains(report.Findings, finding => finding.Message == "names are used 10000 more times that are unknown, and are left out");
    }

    [Fact]
    public void ANameThatIsUsedOftenIsOne()
    {
        byte[] many = [.. Enumerable.Range(0, 60_000).SelectMany(i => (byte[])[.. Global("builtins", "int"), (byte)'0'])];
        Assert.True(Scan([0x80, 2, .. many, (byte)'N', (byte)'.']).IsClean);
    }

    [Fact]
    public void ImportAndUseAreOneFinding()
    {
        var net = Global("models", "Net");
        byte[] made = [.. net, (byte)')', 0x81];
        var report = Scan(Protocol2(List(net, made, made, Call(Global("os", "getpid")), Global("os", "getpid"))));
        Assert.Equal(
            ["makes an object of models.Net", "calls os.getpid(): it runs programs or controls the system"],
            report.Findings.Select(finding => finding.Message));
        Assert.Equal([(GlobalUse.Instantiated, 2), (GlobalUse.Called, 1)], report.Globals.Select(global => (global.Use, global.Count)));
    }

    [Fact]
    public void AllowedNamesAreNotes()
    {
        byte[] file = Protocol2(List(Global("models.nets", "Net"), Global("models", "Other"), Global("os", "getpid"), Global("modelsx", "Net")));
        Assert.Equal(["dangerous-global", "unknown-global"], Rules(file, "models.nets.Net", "models.*"));
        Assert.Equal(["unknown-global"], Rules(file, "models.*", "os.getpid"));

        // A dangerous name by its full name alone, an inner name of a module by its full name alone.
        Assert.Contains("dangerous-global", Rules(file, "os.*", "models.*"));
        Assert.Equal(["unknown-global"], Rules(Protocol2(Global("models", "Net.Inner")), "models.*"));
        Assert.Empty(Rules(Protocol2(Global("models", "Net.Inner")), "models.Net.Inner"));
        Assert.Empty(Rules(Protocol2(Global("__builtin__", "getattr")), "builtins.getattr"));

        var report = Scan(file, "models.*", "modelsx.Net", "os.getpid");
        Assert.True(report.IsClean);
        Assert.Equal(["allowed-global"], report.Findings.Select(finding => finding.Rule.Id).Distinct());
        Assert.All(report.Globals, global => Assert.True(global.IsAllowed));
        Assert.Contains(report.Findings, finding => finding.Message == "imports os.getpid: it runs programs or controls the system; it is allowed");
    }

    [Fact]
    public void WhatAPickleMakesUpCannotBeAllowed()
    {
        Assert.Contains("hidden-global", Rules(Protocol2(Call(Call(Global("collections", "Counter")), Str("x"))), "collections.*"));
        Assert.Contains("extension-code", Rules([0x80, 2, 0x82, 7, (byte)')', (byte)'R', (byte)'.'], "copyreg.*"));
    }

    [Theory, InlineData("*"), InlineData(".*"), InlineData("models"), InlineData("mo*els.x"), InlineData("models.*.Net"), InlineData(""), InlineData("a b.c"), InlineData("a..b")]
    public void WhatIsNoNameCannotBeAllowed(string pattern) => Assert.Throws<ArgumentException>(() => new ScanOptions { AllowedGlobals = [pattern] });

    [Fact]
    public void OptionsHaveLimits()
    {
        using var source = new MemoryByteSource(Protocol2(List(Int(1), Int(2), Int(3))));
        var report = CheckpointScanner.Scan(source, new ScanOptions { Limits = new ReadLimits { MaxOpcodes = 3 } }, TestContext.Current.CancellationToken);
        Assert.Equal(["over-limit"], report.Findings.Select(finding => finding.Rule.Id).Distinct());
    }

    [Fact]
    public void TorchScriptsClassesAreItsOwnInItsArchivesAlone()
    {
        var script = Scan(ValidFiles.Checked.Single(file => file.Name == "TorchScript").Bytes);
        Assert.Equal((true, true), (script.IsClean, script.HasTorchScript));
        var pickle = Protocol2([.. Global("__torch__.net", "Net"), (byte)')', 0x81]);
        Assert.Empty(Rules(TorchZipBytes.Archive([("a/data.pkl", pickle), ("a/constants.pkl", Protocol2(Tuple()))])));
        Assert.Equal(["unknown-global"], Rules(TorchZipBytes.Archive([("a/data.pkl", pickle), ("b/constants.pkl", Protocol2(Tuple()))])));
        Assert.Equal(["unknown-global"], Rules(TorchZipBytes.Archive([("a/data.pkl", pickle)])));
        Assert.Equal(["unknown-global"], Rules(TorchZipBytes.Archive([("a/extra/x.pkl", pickle), ("a/constants.pkl", Protocol2(Tuple()))])));
        Assert.Equal(["unknown-global"], Rules(pickle));
        Assert.False(Scan(pickle).HasTorchScript);
    }

    private static string[] Rules(byte[] file, params string[] allowed) =>
        [.. Scan(file, allowed).Findings.Where(finding => finding.Rule.Level > ScanLevel.Note).Select(finding => finding.Rule.Id).Distinct().Order(StringComparer.Ordinal)];

    private static ScanReport Scan(byte[] file, params string[] allowed)
    {
        using var source = new MemoryByteSource(file);
        return CheckpointScanner.Scan(source, new ScanOptions { AllowedGlobals = allowed }, TestContext.Current.CancellationToken);
    }
}
