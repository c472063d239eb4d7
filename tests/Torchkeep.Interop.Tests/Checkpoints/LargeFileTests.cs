using Torchkeep.Interop.Tests.PyTorch;

namespace Torchkeep.Interop.Tests.Checkpoints;

/// <summary>A file of over 5 GiB: a tensor of more than 2^31 elements, records behind 2^32, and 70,000 small tensors.</summary>
public sealed class LargeFileTests
{
    private const long ByteCount = (1L << 31) + 5000;
    private const long FloatCount = 850_000_000;
    private const int SmallCount = 70_000;

    [Theory]
    [MemberData(nameof(Cases.ByInterpreter), MemberType = typeof(Cases))]
    public void ItIsListedWithoutItsDataReadAtItsFarEndAndVerified(string maker)
    {
        var judge = Judge.Named(maker);
        using var folder = judge.NewFolder();
        judge.MakeOnly("large", folder["large.pt"]);
        using var source = new CountingByteSource(folder["large.pt"]);

        using var checkpoint = Checkpoint.Open(source, new() { VerifyChecksums = false });
        var tensors = checkpoint.Tensors;

        Assert.True(source.Length > 5L << 30);
        Assert.Equal(SmallCount + 2, tensors.Count);
        var dataLength = tensors.Sum(tensor => tensor.View.Storage.ByteLength);
        Assert.Equal(ByteCount + (FloatCount * sizeof(float)) + (SmallCount * 4 * sizeof(int)), dataLength);
        Assert.InRange(source.BytesRead, 1, source.Length - dataLength);

        Assert.Equal(ByteCount, tensors[0].View.ElementCount);
        var end = new byte[5];
        tensors[0].View.ReadBytes(end, ByteCount - end.Length);
        Assert.Equal([0, 0, 1, 2, 3], end);

        end = new byte[3 * sizeof(float)];
        tensors[1].View.ReadBytes(end, (FloatCount * sizeof(float)) - end.Length);
        Assert.Equal([0f, 1.5f, -2.5f], System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(end));

        for (var i = 0; i < SmallCount; i++)
        {
            Assert.Equal($"small.{i}", tensors[i + 2].Name);
            Assert.Equal([i, i, i, i], tensors[i + 2].View.ToArray<int>());
        }

        using var verified = Checkpoint.Open(folder["large.pt"]);
        foreach (var tensor in verified.Tensors)
        {
            tensor.View.Storage.Bytes.Verify(TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public void OursIsMappedByPyTorchAndRightAtItsFarEnd()
    {
        var judge = Judge.Named(Interpreters.Newest);
        using var folder = judge.NewFolder();
        PyDict root = new(isOrdered: true)
        {
            ["bytes"] = new TensorView(new(new ZerosByteSource(ByteCount, [1, 2, 3])), ElementType.UInt8, [ByteCount]),
            ["floats"] = new TensorView(new(new ZerosByteSource(FloatCount * sizeof(float), [0, 0, 0xc0, 0x3f, 0, 0, 0x20, 0xc0])), ElementType.Float32, [FloatCount]),
        };
        for (var i = 0; i < SmallCount; i++)
        {
            root[$"small.{i}"] = TensorView.FromArray([i, i, i, i], ElementType.Int32, 4);
        }

        Saving.Save(root, folder["large.pt"]);

        Assert.Equal(
            [
                $"{SmallCount + 2}",
                $"bytes torch.uint8 {ByteCount} [0, 1, 2, 3]",
                $"floats torch.float32 {FloatCount} [0.0, 0.0, 1.5, -2.5]",
                "small.0 torch.int32 4 [0, 0, 0, 0]",
                "small.69999 torch.int32 4 [69999, 69999, 69999, 69999]",
            ],
            judge.Ends(folder["large.pt"], count: 4, "bytes", "floats", "small.0", "small.69999"));
    }
}
