using System.IO.Compression;
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
    public void AllowedNamesAreTrustedAndTold()
    {
        var file = Write("net.pkl", Net);
        Assert.Equal(1, CommandLine.Run("scan", file).ExitCode);
        var outcome = CommandLine.Run("scan", "--allow", "other.Net, models.Net", file);
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        Assert.Contains("clean: 1 name in 1 pickle, all harmless or allowed\n  note     byte 13: makes an object of models.Net; it is allowed [allowed-global]\n", outcome.Output, StringComparison.Ordinal);

        var list = Path.Combine(_folder.Path, "allowed.txt");
        File.WriteAllText(list, "# ours\n\nother.Net\r\nmodels.*  # all of them\n");
        Assert.Equal(0, CommandLine.Run("scan", "--allow", list, file).ExitCode);
        Assert.Equal(0, CommandLine.Run("scan", "--allow", "other.Net", "--allow", list, file).ExitCode);
        Assert.Equal(1, CommandLine.Run("scan", "--allow", list, Write("evil.pkl", "cos\nsystem\n)R.")).ExitCode);
    }

    [Theory, InlineData("--allow", "models"), InlineData("--allow", "*"), InlineData("--allow", "a b.c"), InlineData("--allow", "no/such/list.txt"), InlineData("--fail-on", "note"), InlineData("--fail-on", "")]
    public void ArgumentsThatMakeNoSenseAreRefused(string option, string value)
    {
        var outcome = CommandLine.Run("scan", option, value, Write("net.pkl", Net));
        Assert.Equal((64, ""), (outcome.ExitCode, outcome.Output));
        Assert.NotEmpty(outcome.Error);
    }

    [Fact]
    public void TheLevelFromWhichAScanFailsCanBeChosen()
    {
        var (unknown, evil) = (Write("net.pkl", Net), Write("evil.pkl", "cos\nsystem\n)R."));
        Assert.Equal(1, CommandLine.Run("scan", "--fail-on", "warning", unknown).ExitCode);
        var outcome = CommandLine.Run("scan", "--fail-on", "error", unknown);
        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("1 warning", outcome.Output, StringComparison.Ordinal);
        Assert.Equal(1, CommandLine.Run("scan", "--fail-on", "error", unknown, evil).ExitCode);
        Assert.Equal(2, CommandLine.Run("scan", "--fail-on", "error", unknown, unknown + ".none").ExitCode);
    }

    [Fact]
    public void AFolderIsAllFilesInIt()
    {
        var folder = _folder.Path;
        _folder.Save(Samples.Training());
        Directory.CreateDirectory(Path.Combine(folder, "sub", "deep"));
        Write("sub/deep/net.pkl", Net);
        Write("sub/a.pkl", "N.");
        Write("notes.txt", "no pickle at all");
        Write("empty.pkl", "");
        var outcome = CommandLine.Run("scan", "--fail-on", "error", folder);
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        var files = outcome.Output.Split('\n').Where(line => line.StartsWith(folder + "/", StringComparison.Ordinal)).Select(line => line[(folder.Length + 1)..].Split(':')[0]);
        Assert.Equal(["model.pt", "sub/a.pkl", "sub/deep/net.pkl"], files);
        Assert.EndsWith($"{folder}: 3 files scanned, 1 other skipped, in which there is nothing to unpickle\n", outcome.Output, StringComparison.Ordinal);

        using var json = JsonDocument.Parse(CommandLine.Run("scan", "--json", folder).Output);
        Assert.Equal((3, 1), (json.RootElement.GetProperty("folders")[0].GetProperty("scanned").GetInt32(), json.RootElement.GetProperty("folders")[0].GetProperty("skipped").GetInt32()));
        Assert.Equal(3, json.RootElement.GetProperty("files").GetArrayLength());
        Assert.Equal(1, CommandLine.Run("scan", folder).ExitCode);
    }

    [Fact]
    public void LinksInAFolderAreNotFollowed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows lets few users make symbolic links");
        var folder = Directory.CreateDirectory(Path.Combine(_folder.Path, "models")).FullName;
        var evil = Write("outside.pkl", "cos\nsystem\n)R.");
        File.WriteAllText(Path.Combine(folder, "a.pkl"), "N.");
        File.CreateSymbolicLink(Path.Combine(folder, "b.pkl"), "a.pkl");
        File.CreateSymbolicLink(Path.Combine(folder, "broken.pkl"), "nowhere.pkl");
        File.CreateSymbolicLink(Path.Combine(folder, "turns.pkl"), "turns.pkl");
        Directory.CreateSymbolicLink(Path.Combine(folder, "self"), ".");
        var inside = CommandLine.Run("scan", folder);
        Assert.Equal((0, ""), (inside.ExitCode, inside.Error));
        Assert.Contains("1 file scanned, 0 others skipped", inside.Output, StringComparison.Ordinal);

        File.CreateSymbolicLink(Path.Combine(folder, "out.pkl"), evil);
        var outcome = CommandLine.Run("scan", folder);
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("out.pkl: not scanned", outcome.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("system", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("is a symbolic link that leads out of the folder", outcome.Error, StringComparison.Ordinal);
        Assert.Equal(1, CommandLine.Run("scan", Path.Combine(folder, "out.pkl")).ExitCode);
    }

    [Fact]
    public void TorchScriptIsNotCalledClean()
    {
        var file = Path.Combine(_folder.Path, "script.pt");
        using (var zip = ZipFile.Open(file, ZipArchiveMode.Create))
        {
            foreach (var (name, text) in new[] { ("script/data.pkl", "\x80\x02N."), ("script/constants.pkl", "\x80\x02)."), ("script/code/__torch__.py", "class Net(Module):\n") })
            {
                using var record = zip.CreateEntry(name, CompressionLevel.NoCompression).Open();
                record.Write(Encoding.Latin1.GetBytes(text));
            }
        }

        var outcome = CommandLine.Run("scan", file);
        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("clean, TorchScript not judged: 0 names in 2 pickles, all harmless", outcome.Output, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(CommandLine.Run("scan", "--json", file).Output);
        Assert.Equal("clean-torchscript-not-judged", json.RootElement.GetProperty("files")[0].GetProperty("verdict").GetString());
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

    private const string Net = "cmodels\nNet\n)\x81.";

    private string Write(string name, string text) => _folder.Write(Encoding.Latin1.GetBytes(text), name);

    private static string Pretty(string json)
    {
        using var document = JsonDocument.Parse(json);
        return JsonSerializer.Serialize(document, _indented) + "\n";
    }
}
