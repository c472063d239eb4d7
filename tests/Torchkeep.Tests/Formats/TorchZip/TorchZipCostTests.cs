using Torchkeep.Tests.IO;

namespace Torchkeep.Tests.Formats.TorchZip;

/// <summary>What reading costs, in reads and bytes. The files are as large as they say, and nobody holds their zeros.</summary>
public sealed class TorchZipCostTests
{
    private const int Matrix = 64 << 20;

    [Fact]
    public void ListingTwoGibibytesReadsLittle()
    {
        var counting = new LoggedByteSource(Save(32, Matrix));
        using var checkpoint = Checkpoint.Open(counting);
        Assert.Equal(32, checkpoint.Tensors.Count);
        Assert.Equal(2L << 30, checkpoint.Tensors.Sum(tensor => tensor.View.ByteLength));

        // The head, the end with the directory in it; header and bytes of version, byte order and pickle.
        Assert.Equal(8, counting.Reads.Count);
        Assert.InRange(counting.BytesRead, 1, 128 << 10);
    }

    [Fact]
    public void ListingTwentyThousandTensorsReadsTheDirectoryAndThePickleOnce()
    {
        var counting = new LoggedByteSource(Save(20_000, 1024));
        using var checkpoint = Checkpoint.Open(counting);
        Assert.Equal(20_000, checkpoint.Tensors.Count);

        // As above, with the pickle in pieces of a mebibyte.
        Assert.Equal(10, counting.Reads.Count);
        Assert.InRange(counting.BytesRead, 1, 6 << 20);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task ReadingOneTensorReadsItsHeaderAndItsBytes(bool async)
    {
        var counting = new LoggedByteSource(Save(32, 1 << 20));
        using var checkpoint = Checkpoint.Open(counting);
        var bytes = checkpoint.FindTensor("17.weight").Storage.Bytes;
        counting.Forget();
        for (var i = 0; i < 2; i++)
        {
            if (async)
            {
                await bytes.ReadAsync(0, new byte[1 << 20], TestContext.Current.CancellationToken);
            }
            else
            {
                bytes.Read(0, new byte[1 << 20]);
            }
        }

        // The checksum is computed in passing, and where the bytes start is found once.
        Assert.Equal([ZipHeader, 1 << 20, 1 << 20], counting.Reads.Select(read => read.Length));
    }

    [Fact]
    public void ReadingAPartChecksTheWholeOnce()
    {
        var counting = new LoggedByteSource(Save(2, 4 << 20));
        using var checkpoint = Checkpoint.Open(counting);
        var weight = checkpoint.FindTensor("1.weight");
        counting.Forget();
        weight.ReadBytes(new byte[64]);
        Assert.Equal(ZipHeader + (4 << 20) + 64, counting.BytesRead);
        counting.Forget();
        weight.ReadBytes(new byte[64], byteOffset: 1 << 20);
        Assert.Equal([64], counting.Reads.Select(read => read.Length));
    }

    [Fact]
    public void WithoutChecksumsAPartIsAllThatIsRead()
    {
        var counting = new LoggedByteSource(Save(32, Matrix));
        using var checkpoint = Checkpoint.Open(counting, new() { VerifyChecksums = false });
        counting.Forget();
        checkpoint.FindTensor("31.weight").ReadBytes(new byte[64], byteOffset: Matrix - 64);
        Assert.Equal([ZipHeader, 64], counting.Reads.Select(read => read.Length));
    }

    [Fact]
    public void VerifyingHoldsASmallBuffer()
    {
        using var checkpoint = Checkpoint.Open(Save(1, Matrix));
        var bytes = checkpoint.FindTensor("0.weight").Storage.Bytes;
        var before = GC.GetAllocatedBytesForCurrentThread();
        bytes.Verify(TestContext.Current.CancellationToken);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2 << 20);
    }

    [Fact]
    public void AVerificationCanBeCancelled()
    {
        using var checkpoint = Checkpoint.Open(Save(1, Matrix));
        var bytes = checkpoint.FindTensor("0.weight").Storage.Bytes;
        Assert.Throws<OperationCanceledException>(() => bytes.Verify(new CancellationToken(canceled: true)));
    }

    private const int ZipHeader = 30;

    private static ByteSource Save(int count, int bytes)
    {
        var root = new PyDict(isOrdered: true);
        for (var i = 0; i < count; i++)
        {
            root.Add($"{i}.weight", new TensorView(new(new PatternByteSource(bytes) { IsZero = true }), ElementType.Float32, [bytes / sizeof(float)]));
        }

        var sparse = new SparseFile();
        Checkpoint.Save(root, sparse.Stream);
        return sparse.Source;
    }
}
