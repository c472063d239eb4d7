using System.Text;
using System.Text.Json;

namespace Torchkeep.Cli.Tests.Commands;

public sealed class ScanCommandTests : IDisposable
{
    private static readonly JsonSerializerOptions _indented = new() { WriteIndented = true, NewLine = "\n" };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ACleanFileIsClean()
    {
        var outcome = CommandLine.Run("scan", _folder.Save(Samples.Training()));
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        Assert.EndsWith("zip archive, clean: 3 names in 1 pickle, all harmless\n", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatWouldRunIsToldWithItsPlace()
    {
        var outcome = CommandLine.Run("scan", Samples.Evil(_folder));
        Assert.Equal((1, ""), (outcome.ExitCode, outcome.Error));
        Golden.Check("scan-evil.txt", outcome.Output.Replace(Path.GetDirectoryName(Samples.Evil(_folder))! + "/", "", StringComparison.Ordinal));
    }

    [Fact]
    public void TheJsonAndTheSarifSayTheSame()
    {
        var file = Samples.Evil(_folder);
        var folder = Path.GetDirectoryName(file)! + "/";
        Golden.Check("scan-evil.json", Pretty(CommandLine.Run("scan", "--json", file).Output.Replace(folder, "", StringComparison.Ordinal)));
        Golden.Check("scan-evil.sarif", Pretty(CommandLine.Run("scan", "--sarif", file).Output.Replace(folder, "", StringComparison.Ordinal)));
    }

    [Fact]
    public void TheWorstOfSeveralFilesIsTheExitCode()
    {
        var (clean, evil) = (_folder.Save(Samples.Training()), Samples.Evil(_folder));
        var text = Path.Combine(Path.GetDirectoryName(clean)!, "notes.txt");
        File.WriteAllText(text, "no pickle");
        Assert.Equal(1, CommandLine.Run("scan", clean, evil).ExitCode);
        var outcome = CommandLine.Run("scan", clean, text, evil);
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("[dangerous-global]", outcome.Output, StringComparison.Ordinal);
        using var sarif = JsonDocument.Parse(CommandLine.Run("scan", "--sarif", text).Output);
        Assert.False(sarif.RootElement.GetProperty("runs")[0].GetProperty("invocations")[0].GetProperty("executionSuccessful").GetBoolean());
    }

    [Fact]
    public void HostileTextIsEscaped()
    {
        var file = Path.Combine(Path.GetDirectoryName(_folder.Save(Samples.Training()))!, "esc.pkl");
        File.WriteAllBytes(file, [0x80, 2, .. Encoding.UTF8.GetBytes("cos\nsys\x1b[31mtem\n)R.")]);
        Assert.DoesNotContain('\x1b', CommandLine.Run("scan", file).Output);
        Assert.DoesNotContain('\x1b', CommandLine.Run("scan", "--json", file).Output);
        Assert.DoesNotContain('\x1b', CommandLine.Run("scan", "--sarif", file).Output);
    }

    private static string Pretty(string json)
    {
        using var document = JsonDocument.Parse(json);
        return JsonSerializer.Serialize(document, _indented) + "\n";
    }
}
