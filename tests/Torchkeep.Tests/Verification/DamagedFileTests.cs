using Torchkeep.IO;
using Torchkeep.Tests.IO;
using Torchkeep.Tests.Saving;

namespace Torchkeep.Tests.Verification;

/// <summary>
/// A damaged file is refused, or loads to what was saved because nothing that matters changed. Where a kind has no
/// checksums nobody can tell an element from another, and the report says that it cannot.
/// </summary>
public sealed class DamagedFileTests(ITestOutputHelper output)
{
    private static int PerFile => Torture.IsFull ? 100 : 10;

    [Fact]
    public void WithChecksumsNoneIsReadWrongly()
    {
        var counts = new Counts();
        foreach (var (name, file) in ValidFiles.Checked)
        {
            Run(name, file, PerFile, counts, mayBeUnnoticed: false);
        }

        output.WriteLine($"with checksums: {counts}");
        Assert.Equal(0, counts.Unnoticed);
    }

    [Fact]
    public void WithoutChecksumsTheReportSaysWhatItCannotTell()
    {
        var counts = new Counts();
        foreach (var (name, file) in ValidFiles.Unchecked)
        {
            Run(name, file, PerFile, counts, mayBeUnnoticed: true);
        }

        output.WriteLine($"without checksums: {counts}");
    }

    [Theory, InlineData(CheckpointFormat.TorchZip), InlineData(CheckpointFormat.Safetensors)]
    public void OneOfSeveralShardsIsMissedOrRefused(CheckpointFormat format)
    {
        using var folder = new TemporaryFolder();
        var root = new PyDict();
        for (var i = 0; i < 3; i++)
        {
            root.Add($"layer.{i}", TensorView.FromArray(new float[] { i, 1, 2 }, ElementType.Float32, 3));
        }

        Checkpoint.Save(root, folder["model"], new WriteOptions { Format = format, MaxShardSize = 12 }, cancellationToken: TestContext.Current.CancellationToken);
        var index = folder["model.index.json"];
        var contents = Contents.Of(index);
        var files = Directory.GetFiles(Path.GetDirectoryName(index)!).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(4, files.Count);

        var counts = new Counts();
        var random = new Random(4);
        for (var i = 0; i < PerFile; i++)
        {
            var file = files[i % files.Count];
            var whole = File.ReadAllBytes(file);
            var (what, damaged) = Damage.Of(whole, random);
            File.WriteAllBytes(file, damaged);
            Judge(
                $"{Path.GetFileName(file)}, {what}", () => CheckpointVerifier.Verify(index, cancellationToken: TestContext.Current.CancellationToken), () => Contents.Of(index), contents, counts,
                mayBeUnnoticed: file == index || format == CheckpointFormat.Safetensors);
            File.WriteAllBytes(file, whole);
        }

        output.WriteLine($"shards of {format}: {counts}");
    }

    private static void Run(string name, byte[] file, int count, Counts counts, bool mayBeUnnoticed)
    {
        var contents = Contents.Of(file);
        using (var whole = new MemoryByteSource(file))
        {
            Assert.Empty(CheckpointVerifier.Verify(whole, cancellationToken: TestContext.Current.CancellationToken).Faults);
        }

        var random = new Random(name.Length + file.Length);
        for (var i = 0; i < count; i++)
        {
            var (what, damaged) = Damage.Of(file, random);
            Judge($"{name}, {what}", () => Verify(damaged), () => Contents.Of(damaged), contents, counts, mayBeUnnoticed);
        }
    }

    private static void Judge(string what, Func<VerificationReport> verify, Func<string> load, string contents, Counts counts, bool mayBeUnnoticed)
    {
        if (Try(verify) is not { IsWhole: true } report)
        {
            counts.Refused++;
            return;
        }

        var loaded = mayBeUnnoticed ? Try(load) : load();
        if (loaded == contents)
        {
            counts.Harmless++;
            return;
        }

        counts.Unnoticed++;
        Assert.True(mayBeUnnoticed && report.UncheckedBytes > 0, $"{what}: loads to\n{loaded}\nand not to\n{contents}");
    }

    private static VerificationReport Verify(byte[] file)
    {
        using var source = new MemoryByteSource(file);
        return CheckpointVerifier.Verify(source, cancellationToken: TestContext.Current.CancellationToken);
    }

    private static T? Try<T>(Func<T> action)
        where T : class
    {
        try
        {
            return action();
        }
        catch (CheckpointException)
        {
            return null;
        }
    }

    private sealed class Counts
    {
        internal int Refused { get; set; }

        internal int Harmless { get; set; }

        internal int Unnoticed { get; set; }

        public override string ToString() => $"{Refused + Harmless + Unnoticed} damaged files, {Refused} refused, {Harmless} load to what was saved, {Unnoticed} changed unnoticed";
    }
}
