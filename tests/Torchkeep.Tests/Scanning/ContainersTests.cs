using Torchkeep.IO;

namespace Torchkeep.Tests.Scanning;

/// <summary>What a pickle calls is found in whatever container it lies, and in whatever container that lies.</summary>
public sealed class ContainersTests
{
    [Fact]
    public void EveryFormIsNamedInEveryContainerInEveryContainer()
    {
        var missed = new List<string>();
        var count = 0;
        foreach (var (form, pickle) in CallForms.All)
        {
            foreach (var (inner, file) in Files(pickle))
            {
                foreach (var (outer, wrap) in Containers.OfFiles)
                {
                    count++;
                    if (!Names(wrap(file)))
                    {
                        missed.Add($"{form}, {inner}, {outer}");
                    }
                }
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{count} files");
        Assert.True(missed.Count == 0, string.Join(Environment.NewLine, missed.Take(100)));
    }

    private static IEnumerable<(string Place, byte[] File)> Files(byte[] pickle) =>
        Containers.OfPickles.Concat(Containers.OfFiles).Select(container => (container.Place, container.Wrap(pickle)));

    private static bool Names(byte[] file)
    {
        using var source = new MemoryByteSource(file);
        var report = CheckpointScanner.Scan(source, cancellationToken: TestContext.Current.CancellationToken);
        return !report.IsClean && report.Findings.Any(finding => finding.Rule.Level == ScanLevel.Error && finding.Message.Contains("os.system", StringComparison.Ordinal));
    }
}
