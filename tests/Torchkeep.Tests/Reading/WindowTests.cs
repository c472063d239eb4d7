using static Torchkeep.Tests.PickleBytes;

namespace Torchkeep.Tests.Reading;

/// <summary>Parts of a storage with a key of their own, in an archive whose records have checksums.</summary>
public sealed class WindowTests
{
    [Fact]
    public void ACheckOfAPartChecksTheRecord()
    {
        using var checkpoint = Checkpoint.Open(Corrupt(Bytes()));
        var bias = checkpoint.FindTensor("bias");

        var error = Assert.Throws<InvalidCheckpointException>(() => bias.Verify(TestContext.Current.CancellationToken));
        Assert.Equal(("archive/data/0", "bias"), (error.Record, error.TensorName));
        Assert.Throws<InvalidCheckpointException>(() => bias.ToArray<float>());
    }

    [Fact]
    public void AWholePartIsReadAndChecked()
    {
        using var checkpoint = Checkpoint.Open(Bytes());
        var bias = checkpoint.FindTensor("bias");

        bias.Verify(TestContext.Current.CancellationToken);
        Assert.Equal([3f, 4f], bias.ToArray<float>());
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task ASaveOfABrokenPartFails(bool async)
    {
        using var checkpoint = Checkpoint.Open(Corrupt(Bytes()));
        foreach (var options in new WriteOptions[] { new(), new() { Compact = true }, new() { FloatingPointType = ElementType.Float16 }, new() { Format = CheckpointFormat.Safetensors } })
        {
            await Assert.ThrowsAsync<InvalidCheckpointException>(async () =>
            {
                if (async)
                {
                    await Checkpoint.SaveAsync(checkpoint.Root, Stream.Null, options, cancellationToken: TestContext.Current.CancellationToken);
                }
                else
                {
                    Checkpoint.Save(checkpoint.Root, Stream.Null, options, cancellationToken: TestContext.Current.CancellationToken);
                }
            });
        }
    }

    // A dictionary with one tensor over the second half of the storage "0", which the file calls "part".
    private static byte[] Bytes()
    {
        byte[] window =
            [.. Tuple(Str("storage"), Global("torch", "FloatStorage"), Str("0"), Str("cpu"), Int(4), Tuple(Str("part"), Int(2), Int(2))), (byte)'Q'];
        return TorchZipBytes.Build(Protocol2(Dict((Str("bias"), TensorV2(window, 0, [2], [1])))), ("0", [.. new[] { 1f, 2, 3, 4 }.SelectMany(BitConverter.GetBytes)]));
    }

    private static byte[] Corrupt(byte[] file)
    {
        var place = file.AsSpan().IndexOf(new ReadOnlySpan<byte>([.. new[] { 1f, 2, 3, 4 }.SelectMany(BitConverter.GetBytes)]));
        file[place + 13] ^= 1;
        return file;
    }
}
