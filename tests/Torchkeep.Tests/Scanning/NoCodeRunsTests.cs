using System.Diagnostics;
using Torchkeep.IO;
using Torchkeep.Tests.Formats.TorchLegacy;
using Torchkeep.Tests.Formats.TorchTar;
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
        foreach (var (way, pickle) in HostilePickles.All(_folder["marker"]))
        {
            foreach (var file in Files(pickle))
            {
                Use(file);
                Assert.False(File.Exists(_folder["marker"]), way);
            }
        }
    }

    [Fact]
    public void AScanFlagsEachOfThemInEveryContainer()
    {
        foreach (var (way, pickle) in HostilePickles.All(_folder["marker"]))
        {
            foreach (var file in Files(pickle))
            {
                using var source = new MemoryByteSource(file);
                var report = CheckpointScanner.Scan(source, cancellationToken: TestContext.Current.CancellationToken);
                Assert.True(report.Findings.Any(finding => finding.Rule.Id == "dangerous-global"), way);
                Assert.False(report.IsClean);
            }
        }
    }

    [Fact]
    public void PythonRunsEachOfThem()
    {
        // Else the two tests above would show nothing.
        foreach (var (way, pickle) in HostilePickles.All(_folder["marker"]))
        {
            File.WriteAllBytes(_folder["pickle"], pickle);
            using var python = Start("import pickle, sys\ntry: pickle.load(open(sys.argv[1], 'rb'))\nexcept Exception: pass", _folder["pickle"]);
            python.WaitForExit();
            for (var wait = 0; wait < 100 && !File.Exists(_folder["marker"]); wait++)
            {
                Thread.Sleep(10); // Popen does not wait
            }

            Assert.True(File.Exists(_folder["marker"]), way);
            File.Delete(_folder["marker"]);
        }
    }

    private static IEnumerable<byte[]> Files(byte[] pickle) =>
    [
        TorchZipBytes.Build(pickle),
        [.. LegacyBytes.Head(), .. pickle],
        TarBytes.Tar(("sys_info", PickleBytes.Protocol2(PickleBytes.None)), ("pickle", pickle), ("tensors", TarBytes.Tensors), ("storages", TarBytes.Storages)),
        pickle,
    ];

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

    private static Process Start(string code, string file)
    {
        try
        {
            return Process.Start(new ProcessStartInfo("python3", ["-c", code, file]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("there is no python3");
            throw;
        }
    }
}
