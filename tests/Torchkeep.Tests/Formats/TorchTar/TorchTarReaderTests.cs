using System.Text;
using static Torchkeep.Tests.Formats.TorchTar.TarBytes;
using static Torchkeep.Tests.PickleBytes;

namespace Torchkeep.Tests.Formats.TorchTar;

public sealed class TorchTarReaderTests
{
    private const long MaxAllocated = 4 << 20;

    [Fact]
    public void TensorsAreViewsOfStoragesAndOfTheirParts()
    {
        using var checkpoint = Checkpoint.Open(SmallFile);

        Assert.Equal(CheckpointFormat.TorchTar, checkpoint.Format);
        Assert.Equal([1f, 2f, 3f, 4f, 5f, 6f], checkpoint.FindTensor("weight").ToArray<float>());
        Assert.Equal([5f, 6f], checkpoint.FindTensor("bias").ToArray<float>());
        Assert.Equal(8, checkpoint.FindTensor("bias").Storage.ByteLength);
    }

    [Fact]
    public async Task AStreamThatCannotSeekIsReadWithoutBlocking()
    {
        await using var stream = new IO.ForwardStream(new MemoryStream(SmallFile));
        using var checkpoint = await Checkpoint.OpenAsync(stream, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(2, checkpoint.Tensors.Count);
    }

    [Fact]
    public void OneKeyIsOneObject()
    {
        using var checkpoint = Checkpoint.Open(TarBytes.File(List(Persistent("100"), Persistent("100"), Persistent("1"))));

        Assert.Same(checkpoint.Root[0], checkpoint.Root[1]);
        Assert.Same(checkpoint.Root[0].AsTensor().Storage, Assert.IsType<PyStorage>(checkpoint.Root[2]).Storage);
    }

    [Fact]
    public void TheClassOfAModuleComesWithItsSource()
    {
        byte[] module = [.. Tuple(Global("__main__", "Net"), Str("net.py"), Str("class Net: pass")), (byte)'Q', (byte)')', 0x81];
        using var checkpoint = Checkpoint.Open(TarBytes.File(module));

        Assert.Equal("__main__.Net", Assert.IsType<PyObject>(checkpoint.Root).ClassName);
    }

    [Fact]
    public void ErrorsNameTheMember()
    {
        AssertRefused(TarBytes.File(root: Persistent("7")), "pickle", "'7' is the key of no tensor");
        AssertRefused(TarBytes.File(tensors: Protocol2(None)), "tensors", "must start with a count");
        AssertRefused(TarBytes.File(tensors: [.. Protocol2(Int(1)), .. TensorRow(5, 9, [1], [1], 0)]), "tensors", "key of its storage");
        AssertRefused(TarBytes.File(tensors: [.. Protocol2(Int(1)), .. TensorRow(5, 1, [7], [1], 0)]), "tensors", "leaves its storage");
        AssertRefused(TarBytes.File(tensors: [.. Protocol2(Int(2)), .. TensorRow(5, 1, [6], [1], 0), .. TensorRow(5, 1, [6], [1], 0)]), "tensors", "that of something before");
        AssertRefused(TarBytes.File(tensors: [.. Protocol2(Int(1)), .. TensorRow(5, 1, new long[65], new long[65], 0)]), "tensors", "65 dimensions");
        AssertRefused(TarBytes.File(storages: [.. Protocol2(Int(1)), .. StorageRow(1L << 60, [1])]), "storages", "all storages together have");
        AssertRefused(TarBytes.File(storages: [.. Protocol2(Int(1)), .. StorageRow(2, [1])]), "storages", "truncated or lies");
        AssertRefused(TarBytes.File(storages: [.. Protocol2(Int(1)), .. StorageRow(1, [1]), .. Protocol2(List(Ints(2, 1, 1, 1)))]), "storages", "from 1 on, and the storage has 1");
    }

    [Fact]
    public void TwoMembersOfOneNameAreRefused() => AssertRefused(Tar(("pickle", [1]), ("pickle", [2])), "pickle", "two members of one name");

    [Fact]
    public void AnExtensionThatLiesAboutItsLengthIsNotAllocated()
    {
        var file = SmallFile;
        Encoding.ASCII.GetBytes("17777777777").CopyTo(file, 124);

        AssertRefused(file, record: null, "extended header of '17777777777' bytes");
    }

    [Fact]
    public void CountsAreLimited()
    {
        var options = new ReadOptions { Limits = new() { MaxRecords = 1 } };
        Assert.Throws<UnsupportedCheckpointException>(() => Checkpoint.Open(SmallFile, options));
        options = new ReadOptions { Limits = new() { MaxRecords = 4 } };
        var many = TarBytes.File(storages: Protocol2(Int(5)));
        Assert.Contains("counts 5 records", Assert.Throws<UnsupportedCheckpointException>(() => Checkpoint.Open(many, options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryCutGivesTheValuesOrAnException()
    {
        var file = SmallFile;
        var read = Enumerable.Range(0, file.Length).Count(length => IsRead(file[..length], length));

        // The last blocks of a tar file are empty.
        Assert.InRange(read, 1, 2048);
    }

    [Fact]
    public void AnyByteMayBeWrong()
    {
        var file = SmallFile;
        foreach (var flip in new byte[] { 0x01, 0x10, 0x80, 0xff })
        {
            for (var place = 0; place < file.Length; place++)
            {
                var damaged = (byte[])file.Clone();
                damaged[place] ^= flip;
                IsRead(damaged, place);
            }
        }
    }

    [Fact]
    public void OpeningReadsNoLargeStorage()
    {
        const int Elements = 1 << 20;
        var source = new CountingByteSource(TarBytes.File(
            Persistent("100"),
            [.. Protocol2(Int(1)), .. TensorRow(100, 1, [Elements], [1], 0)],
            [.. Protocol2(Int(1)), .. StorageRow(Elements, new float[Elements]), .. Protocol2(List())]));

        using var checkpoint = Checkpoint.Open(source);

        Assert.Equal(Elements, checkpoint.Root.AsTensor().ElementCount);
        Assert.InRange(source.BytesRead, 1, 64 << 10);
    }

    private static void AssertRefused(byte[] file, string? record, string problem)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(file));
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.Equal(record, error.Record);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MaxAllocated);
    }

    private static bool IsRead(byte[] file, int place)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            using var checkpoint = Checkpoint.Open(file);
            foreach (var tensor in checkpoint.Tensors)
            {
                tensor.View.ReadBytes(new byte[tensor.View.ByteLength]);
            }

            return true;
        }
        catch (CheckpointException)
        {
            return false;
        }
        catch (Exception error)
        {
            Assert.Fail($"byte {place}: {error}");
            return false;
        }
        finally
        {
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < MaxAllocated, $"byte {place} asks for much memory");
        }
    }
}
