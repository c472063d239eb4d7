using Torchkeep.IO;
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
            if (TryVerify(damaged) is not { IsWhole: true } report)
            {
                counts.Refused++;
                continue;
            }

            var loaded = mayBeUnnoticed ? TryLoad(damaged) : Contents.Of(damaged);
            if (loaded == contents)
            {
                counts.Harmless++;
            }
            else
            {
                counts.Unnoticed++;
                Assert.True(report.UncheckedBytes > 0, $"{name}, {what}: loads to\n{loaded}\nand not to\n{contents}");
            }
        }
    }

    private static VerificationReport? TryVerify(byte[] file)
    {
        try
        {
            using var source = new MemoryByteSource(file);
            return CheckpointVerifier.Verify(source, cancellationToken: TestContext.Current.CancellationToken);
        }
        catch (CheckpointException)
        {
            return null;
        }
    }

    private static string? TryLoad(byte[] file)
    {
        try
        {
            return Contents.Of(file);
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
