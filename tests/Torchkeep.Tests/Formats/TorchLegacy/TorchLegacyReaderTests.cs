using Torchkeep.Tests.IO;
using static Torchkeep.Tests.Formats.TorchLegacy.LegacyBytes;
using static Torchkeep.Tests.PickleBytes;

namespace Torchkeep.Tests.Formats.TorchLegacy;

public sealed class TorchLegacyReaderTests
{
    private static byte[] FloatStorage => Stored("FloatStorage", "1", 6);

    [Fact]
    public void StoragesAreFoundInTheOrderOfTheirKeys()
    {
        using var checkpoint = Checkpoint.Open(SmallFile);

        Assert.Equal(CheckpointFormat.TorchLegacy, checkpoint.Format);
        AssertWhole(checkpoint);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task AStreamIsReadFromItsPositionOn(bool canSeek)
    {
        var stream = new MemoryStream([1, 2, 3, .. SmallFile]) { Position = 3 };

        await using var forward = new ForwardStream(stream);
        using var checkpoint = await Checkpoint.OpenAsync(canSeek ? stream : forward, cancellationToken: TestContext.Current.CancellationToken);

        AssertWhole(checkpoint);
    }

    [Fact]
    public void WhatFollowsIsIgnored()
    {
        using var checkpoint = Checkpoint.Open((byte[])[.. SmallFile, .. SmallFile, 1, 2, 3]);

        AssertWhole(checkpoint);
    }

    // As PyTorch, which writes little-endian on every machine and does not look at what it says about the machine.
    [Fact]
    public void TheBytesAreLittleEndianWhateverTheMachineWas()
    {
        var (_, count, bytes) = Floats("1", 1, 2);
        using var checkpoint = Checkpoint.Open((byte[])
        [
            .. Head(isLittleEndian: false), .. Protocol2(TensorV2(Stored("FloatStorage", "1", 2), 0, [2], [1])), .. Keys("1"), .. Block(count, bytes),
        ]);

        Assert.Equal([1f, 2f], checkpoint.Root.AsTensor().ToArray<float>());
    }

    [Fact]
    public void TensorsOfOneKeyShareTheirStorage()
    {
        using var checkpoint = Checkpoint.Open(File(List(TensorV2(FloatStorage, 0, [6], [1]), TensorV2(FloatStorage, 2, [2], [3])), Floats("1", Weight)));

        Assert.Same(checkpoint.Tensors[0].View.Storage, checkpoint.Tensors[1].View.Storage);
        Assert.Equal([3f, 6f], checkpoint.Tensors[1].View.ToArray<float>());
    }

    [Fact]
    public void APartOfAStorageIsAStorageUnderItsKey()
    {
        var part = Stored("FloatStorage", "1", 6, Tuple(Str("2"), Int(2), Int(3)));
        using var checkpoint = Checkpoint.Open(File(List(TensorV2(part, 0, [3], [1]), TensorV2(part, 1, [2], [1]), TensorV2(FloatStorage, 0, [6], [1])), Floats("1", Weight)));

        Assert.Equal([3f, 4f, 5f], checkpoint.Tensors[0].View.ToArray<float>());
        Assert.Equal([4f, 5f], checkpoint.Tensors[1].View.ToArray<float>());
        Assert.Equal(12, checkpoint.Tensors[0].View.Storage.ByteLength);
        Assert.Same(checkpoint.Tensors[0].View.Storage, checkpoint.Tensors[1].View.Storage);
        Assert.Equal(24, checkpoint.Tensors[2].View.Storage.ByteLength);
    }

    [Theory]
    [InlineData(-1, 2)]
    [InlineData(0, -1)]
    [InlineData(4, 3)]
    [InlineData(long.MaxValue, 1)]
    [InlineData(1, long.MaxValue)]
    [InlineData(long.MinValue, long.MinValue)]
    public void APartOutsideOfItsStorageIsRefused(long offset, long count) =>
        AssertRefused(File(Stored("FloatStorage", "1", 6, Tuple(Str("2"), Int(offset), Int(count))), Floats("1", Weight)), "part of a storage should have");

    [Fact]
    public void APartThatIsNoTripleIsRefused() =>
        AssertRefused(File(Stored("FloatStorage", "1", 6, Ints(1, 2)), Floats("1", Weight)), "must be (key, offset, size)");

    [Fact]
    public void TheClassOfAModuleComesWithItsSource()
    {
        byte[] module = [.. Tuple(Str("module"), Global("__main__", "Net"), Str("net.py"), Str("class Net(nn.Module): pass")), (byte)'Q', (byte)')', 0x81];
        using var checkpoint = Checkpoint.Open(File(module));

        Assert.Equal("__main__.Net", Assert.IsType<PyObject>(checkpoint.Root).ClassName);
    }

    // PyTorch 0.1: an empty tensor of the class, and then its state.
    [Theory, InlineData("torch"), InlineData("torch.cuda")]
    public void ATensorOfTheOldestFilesIsACallAndAState(string module)
    {
        var tensor = Build(Call(Global(module, "FloatTensor")), Tuple(FloatStorage, Int(1), Ints(2, 2), Ints(2, 1)));
        using var checkpoint = Checkpoint.Open(File(Dict((Str("w"), tensor), (Str("empty"), Call(Global(module, "LongTensor")))), Floats("1", Weight)));

        Assert.Equal([2f, 3f, 4f, 5f], checkpoint.FindTensor("w").ToArray<float>());
        Assert.Equal(0, checkpoint.FindTensor("empty").ElementCount);
        Assert.Equal(ElementType.Int64, checkpoint.FindTensor("empty").ElementType);
    }

    [Fact]
    public void AStateThatIsNoneOfATensorIsRefused() =>
        AssertRefused(File(Build(Call(Global("torch", "FloatTensor")), Tuple(Int(1)))), "needs an object that takes a state");

    [Fact]
    public void AnotherVersionIsRefusedByItsNumber()
    {
        var error = Assert.Throws<UnsupportedCheckpointException>(() => Checkpoint.Open((byte[])[.. Head(version: 1002), .. SmallFile[Head().Length..]]));

        Assert.Contains("version 1002", error.Message, StringComparison.Ordinal);
        Assert.Equal(Magic.Length, error.Offset);
    }

    [Fact]
    public void ACountThatIsNotThePicklesIsRefusedWithItsTensor()
    {
        var (key, count, bytes) = Floats("20", Weight);
        var file = File(SmallObject, Floats("10", Bias), (key, count + 1, bytes));
        var error = AssertRefused(file, "the storage '20' has 7 elements, and 6 in the pickle");

        Assert.Equal("weight", error.TensorName);
        Assert.Equal(file.Length - bytes.Length - sizeof(long), error.Offset);
    }

    [Fact]
    public void AStorageThatTheFileIsTooShortForIsRefusedWithItsTensor()
    {
        var error = AssertRefused(SmallFile[..^1], "the storage '20' should have 24 bytes, and 23 are left");

        Assert.Equal("weight", error.TensorName);
    }

    [Theory]
    [InlineData(1L << 40)]
    [InlineData(1L << 60)]
    public void ALyingCountIsNotAllocated(long count)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        AssertRefused(File(TensorV2(Stored("FloatStorage", "1", count), 0, [count], [1]), ("1", count, [1, 2, 3, 4])), "are left: the file is truncated");

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void AStorageThatTheFileLacksIsRefusedWithItsTensor() =>
        Assert.Equal("weight", AssertRefused(File(SmallObject, Floats("10", Bias)), "the storage '20' of the object is not among").TensorName);

    [Fact]
    public void AStorageThatTheObjectLacksIsRefused() =>
        AssertRefused(File(SmallObject, Floats("10", Bias), Floats("20", Weight), Floats("30", Bias)), "have '30', which the object does not name");

    [Fact]
    public void AStorageThatComesTwiceIsRefused() =>
        AssertRefused(File(SmallObject, Floats("10", Bias), Floats("10", Bias), Floats("20", Weight)), "or which was there before");

    [Fact]
    public void KeysThatAreNoListAreRefused() =>
        AssertRefused([.. Head(), .. Protocol2(None), .. Protocol2(Int(1))], "must be a list, found int");

    [Fact]
    public void ErrorsInThePickleHaveTheirPlaceInTheFile()
    {
        byte[] head = Head();
        var error = AssertRefused([.. head, 0x80, 2, (byte)'R', (byte)'.'], "empty stack");

        Assert.Equal(head.Length + 2, error.Offset);
        Assert.Null(error.Record);
    }

    [Fact]
    public void ThePicklesAndTheStoragesAreLimited()
    {
        AssertLimit(new ReadLimits { MaxPickleBytes = 100 }, nameof(ReadLimits.MaxPickleBytes));
        AssertLimit(new ReadLimits { MaxRecords = 1 }, nameof(ReadLimits.MaxRecords));
        AssertLimit(new ReadLimits { MaxStringBytes = 5 }, nameof(ReadLimits.MaxStringBytes));
    }

    private static void AssertLimit(ReadLimits limits, string name)
    {
        var error = Assert.Throws<UnsupportedCheckpointException>(() => Checkpoint.Open(SmallFile, new ReadOptions { Limits = limits }));
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }

    private static InvalidCheckpointException AssertRefused(byte[] file, string problem)
    {
        var error = Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(file));
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        return error;
    }
}
