using System.Diagnostics;

namespace Torchkeep.Cli.Tests;

/// <summary>A save that is asked to end leaves the old file and nothing else.</summary>
public sealed class StoppedSaveTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory, InlineData("INT", 130), InlineData("TERM", 143), InlineData("HUP", 129)]
    public async Task ASignalRemovesTheTemporaryFile(string signal, int exitCode)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such signals");
        Assert.SkipWhen(IsIgnored(exitCode - 128), "whoever runs these tests ignores this signal");
        var token = TestContext.Current.CancellationToken;

        // 64 MiB that are expanded to 512 MiB, so that the save takes a while.
        var file = _folder.Save(new PyDict { { "wide", TensorView.FromArray(new byte[64 << 20], ElementType.UInt8, 64 << 20).AsStrided([8, 64 << 20], [0, 1], 0) } });
        Directory.CreateDirectory(Path.Combine(_folder.Path, "out"));
        var output = Path.Combine(_folder.Path, "out/model.safetensors");
        File.WriteAllText(output, "old");

        using var process = CommandLine.Start(["convert", file, output]);
        while (Directory.GetFiles(Path.Combine(_folder.Path, "out"), ".torchkeep-*", new EnumerationOptions { AttributesToSkip = 0 }).Length == 0)
        {
            Assert.False(process.HasExited, "it ended before it was asked to");
            await Task.Delay(10, token);
        }

        using (var kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]))
        {
            await kill.WaitForExitAsync(token);
        }

        await process.WaitForExitAsync(token);
        Assert.Equal(exitCode, process.ExitCode);
        Assert.Contains("stopped", await process.StandardError.ReadToEndAsync(token), StringComparison.Ordinal);
        Assert.Equal([output], Directory.EnumerateFileSystemEntries(Path.Combine(_folder.Path, "out"), "*", new EnumerationOptions { AttributesToSkip = 0 }));
        Assert.Equal("old", await File.ReadAllTextAsync(output, token));
    }

    // A shell in the background ignores SIGINT, and nohup SIGHUP; all processes that they start inherit that.
    private static bool IsIgnored(int signal) =>
        File.Exists("/proc/self/status")
        && File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith("SigIgn:", StringComparison.Ordinal)) is { } line
        && (Convert.ToUInt64(line.Split('\t')[1], 16) & (1ul << (signal - 1))) != 0;
}
