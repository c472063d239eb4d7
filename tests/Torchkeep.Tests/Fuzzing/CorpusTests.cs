using System.Diagnostics;
using Torchkeep.Fuzz;

namespace Torchkeep.Tests.Fuzzing;

/// <summary>
/// The inputs of the fuzz targets, and what fuzzing found in them (folders <c>found-</c>), as ordinary tests: each ends in
/// a value or an exception of Torchkeep's own, in little time and memory.
/// </summary>
public sealed class CorpusTests
{
    private static readonly string _folder = Path.Combine(Repository.Root, "fuzz", "corpora");

    public static TheoryData<string> Targets => [.. FuzzTargets.All.Select(target => target.Name)];

    [Theory, MemberData(nameof(Targets))]
    public void EveryInputEndsWell(string name)
    {
        var target = FuzzTargets.All.Single(one => one.Name == name);
        var inputs = Directory.EnumerateFiles(Path.Combine(_folder, name)).Concat(Found(name)).ToList();
        Assert.NotEmpty(inputs);
        foreach (var file in inputs)
        {
            var input = File.ReadAllBytes(file);
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            var clock = Stopwatch.StartNew();
            target.Run(input);
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - allocated < 256 << 20, file);
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), file);
        }
    }

    [Theory, MemberData(nameof(Targets))]
    public void SoDoesEveryInputCutAnywhere(string name)
    {
        var target = FuzzTargets.All.Single(one => one.Name == name);
        var input = Directory.EnumerateFiles(Path.Combine(_folder, name)).Order(StringComparer.Ordinal).Select(File.ReadAllBytes).MinBy(bytes => bytes.Length)!;
        for (var length = 0; length < input.Length; length++)
        {
            target.Run(input[..length]);
        }
    }

    [Fact]
    public void EveryCorpusHasATarget() =>
        Assert.Equal(
            FuzzTargets.All.Select(target => target.Name).Order(StringComparer.Ordinal),
            Directory.EnumerateDirectories(_folder).Select(Path.GetFileName).Where(name => !name!.StartsWith("found-", StringComparison.Ordinal)).Order(StringComparer.Ordinal));

    private static IEnumerable<string> Found(string name) =>
        Directory.Exists(Path.Combine(_folder, "found-" + name)) ? Directory.EnumerateFiles(Path.Combine(_folder, "found-" + name)) : [];
}
