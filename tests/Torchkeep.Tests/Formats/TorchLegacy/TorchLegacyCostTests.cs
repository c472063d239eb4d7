using static Torchkeep.Tests.Formats.TorchLegacy.LegacyBytes;
using static Torchkeep.Tests.PickleBytes;

namespace Torchkeep.Tests.Formats.TorchLegacy;

/// <summary>What reading costs, in reads and bytes.</summary>
public sealed class TorchLegacyCostTests
{
    private const int Elements = 1 << 20;

    // The kind is told from the start; pickles are read ahead by this much.
    private const int Head = 512;
    private const int Ahead = 1 << 14;

    [Fact]
    public void OpeningReadsThePicklesAndACountForEachStorage()
    {
        var source = new CountingByteSource(File(
            Dict([.. Enumerable.Range(0, 8).Select(i => (Str($"{i}"), TensorV2(Stored("ByteStorage", $"{i}", Elements), 0, [Elements], [1])))]),
            [.. Enumerable.Range(0, 8).Select(i => ($"{i}", (long)Elements, new byte[Elements]))]));

        using var checkpoint = Checkpoint.Open(source);

        Assert.Equal(8, checkpoint.Tensors.Count);
        Assert.Equal([Head, Ahead, .. Enumerable.Repeat(sizeof(long), 8)], source.Reads.Select(read => read.Length));
    }

    [Fact]
    public void ALargePickleIsReadOnce()
    {
        var text = new string('x', 1 << 20);
        var source = new CountingByteSource(File(List(Str(text), TensorV2(Stored("ByteStorage", "1", Elements), 0, [Elements], [1])), ("1", Elements, new byte[Elements])));

        using var checkpoint = Checkpoint.Open(source);

        Assert.Equal(text, checkpoint.Root[0].AsString());
        Assert.InRange(source.BytesRead, 1 << 20, (1 << 20) + Head + (2 * Ahead));
    }

    [Fact]
    public void ATensorIsReadFromItsPlaceAlone()
    {
        var source = new CountingByteSource(SmallFile);
        using var checkpoint = Checkpoint.Open(source);
        source.Reads.Clear();

        Assert.Equal(Bias, checkpoint.FindTensor("bias").ToArray<float>());

        Assert.Equal([(source.Length - 24 - 8 - 8, 8)], source.Reads);
    }
}
