using System.Diagnostics;
using Torchkeep.IO;
using Torchkeep.Tests.Formats.TorchLegacy;
using Torchkeep.Tests.IO;

namespace Torchkeep.Tests.Scanning;

/// <summary>Files that run a program in Python run nothing here, and a scan says what they would run.</summary>
public sealed class NoCodeRunsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void OpeningWalkingVerifyingAndScanningRunNothing()
    {
        foreach (var (way, place, file) in Files())
        {
            Use(file);
            Assert.False(File.Exists(_folder["marker"]), $"{way}, {place}");
        }
    }

    [Fact]
    public void AScanFlagsEachOfThemInEveryPlace()
    {
        foreach (var (way, place, file) in Files())
        {
            using var source = new MemoryByteSource(file);
            var report = CheckpointScanner.Scan(source, cancellationToken: TestContext.Current.CancellationToken);
            Assert.True(report.Findings.Any(finding => finding.Rule.Id == "dangerous-global" && !finding.Message.Contains("_load_from_bytes", StringComparison.Ordinal)), $"{way}, {place}");
            Assert.False(report.IsClean);
        }
    }

    [Fact]
    public void AScanOfAnIndexFlagsThemInItsShards()
    {
        File.WriteAllText(_folder["model.bin.index.json"], """{"weight_map":{"a":"one.bin","b":"two.bin","c":"three.bin"}}""");
        File.WriteAllBytes(_folder["one.bin"], LegacyBytes.SmallFile);
        File.WriteAllText(_folder["three.bin"], "no checkpoint");
        foreach (var (way, pickle) in HostilePickles.All(_folder["marker"]))
        {
            File.WriteAllBytes(_folder["two.bin"], TorchZipBytes.Build(pickle));
            var report = CheckpointScanner.Scan(_folder["model.bin.index.json"], cancellationToken: TestContext.Current.CancellationToken);
            Assert.True(report.Findings.Any(finding => finding is { Rule.Id: "dangerous-global", Record: "two.bin > archive/data.pkl" }), way);
            Assert.Contains(report.Findings, finding => finding is { Rule.Id: "broken-container", Record: "three.bin" });
        }

        File.Delete(_folder["one.bin"]);
        Assert.Contains(
            CheckpointScanner.Scan(_folder["model.bin.index.json"], cancellationToken: TestContext.Current.CancellationToken).Findings,
            finding => finding.Rule.Id == "broken-container" && finding.Message.Contains("one.bin", StringComparison.Ordinal));
        Assert.False(File.Exists(_folder["marker"]));
    }

    [Fact]
    public void PythonRunsEachOfThem()
    {
        // Else the tests above would show nothing.
        var ways = HostilePickles.All("").Select((hostile, i) => (hostile.Way, Marker: _folder[$"marker{i}"], File: _folder[$"pickle{i}"])).ToList();
        for (var i = 0; i < ways.Count; i++)
        {
            File.WriteAllBytes(ways[i].File, HostilePickles.All(ways[i].Marker).ElementAt(i).Pickle);
        }

        const string Load = "import pickle, sys\nfor file in sys.argv[1:]:\n  try: pickle.load(open(file, 'rb'))\n  except Exception: pass";
        using var python = Start(Load, ways.Select(way => way.File));
        python.WaitForExit();
        foreach (var (way, marker, _) in ways)
        {
            for (var wait = 0; wait < 100 && !File.Exists(marker); wait++)
            {
                Thread.Sleep(10); // Popen does not wait
            }

            Assert.True(File.Exists(marker), way);
        }
    }

    private IEnumerable<(string Way, string Place, byte[] File)> Files() =>
        from hostile in HostilePickles.All(_folder["marker"])
        from file in HostileFiles.With(hostile.Pickle)
        select (hostile.Way, file.Place, file.File);

    private static void Use(byte[] file)
    {
        try
        {
            using var source = new MemoryByteSource(file);
            CheckpointVerifier.Verify(source, cancellationToken: TestContext.Current.CancellationToken);
            using var checkpoint = Checkpoint.Open(file);
            foreach (var entry in checkpoint.Walk())
            {
                _ = entry.Value.ToString();
            }
        }
        catch (CheckpointException)
        {
            // What is no tensor may well be refused.
        }
    }

    private static Process Start(string code, IEnumerable<string> files)
    {
        try
        {
            return Process.Start(new ProcessStartInfo("python3", ["-c", code, .. files]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("there is no python3");
            throw;
        }
    }
}
