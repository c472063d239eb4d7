using Torchkeep.Tests.Formats.TorchZip;
using Torchkeep.Tests.IO;

namespace Torchkeep.Tests.Saving;

/// <summary>What a save keeps, whichever way it goes, and what it costs.</summary>
public sealed class SaveTests : IDisposable
{
    private static readonly WriteOptions _named = new() { ArchiveName = "model" };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory, InlineData(false), InlineData(true)]
    public async Task EveryWayToSaveGivesTheSameBytes(bool async)
    {
        var root = Models.StateDict();
        var expected = Saved.ToBytes(root, _named);

        await Saved.ToPathAsync(async, root, _folder["model.pth"]);
        Assert.Equal(expected, File.ReadAllBytes(_folder["model.pth"]));

        await Saved.ToPathAsync(async, root, _folder["unflushed.pt"], _named with { FlushToDisk = false });
        Assert.Equal(expected, File.ReadAllBytes(_folder["unflushed.pt"]));

        var stream = new MemoryStream();
        await Saved.ToStreamAsync(async, root, stream, _named);
        Assert.Equal(expected, stream.ToArray());

        var forward = new MemoryStream();
        await Saved.ToStreamAsync(async, root, new ForwardStream(forward), _named);
        Assert.Equal(expected, forward.ToArray());
    }

    [Fact]
    public void SharingOrderAndAttributesAreKept()
    {
        using var checkpoint = Checkpoint.Open(Saved.ToBytes(Models.StateDict()));
        var root = Assert.IsType<PyDict>(checkpoint.Root);
        Assert.True(root.IsOrdered);
        Assert.Equal(["encoder.weight", "decoder.weight", "turned", "count", "nothing", "parameter"], root.Select(entry => entry.Key.AsString()));
        Assert.Equal(1, root.Attributes!["_metadata"][""]["version"].AsInt64());

        Assert.Same(root["encoder.weight"], root["decoder.weight"]);
        Assert.Same(root["encoder.weight"].AsTensor().Storage, root["turned"].AsTensor().Storage);
        Assert.Equal([1, 4], root["turned"].AsTensor().Strides.AsSpan());
        Assert.Equal([0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11], root["turned"].AsTensor().ToArray<float>());
        Assert.Equal([7], root["count"].AsTensor().ToArray<long>());
        Assert.Empty(root["nothing"].AsTensor().ToArray<float>());

        var parameter = Assert.IsType<PyTensor>(root["parameter"]);
        Assert.True(parameter.IsParameter && parameter.RequiresGrad);
        Assert.Equal([1, 2], parameter.View.ToArray<double>());
    }

    [Fact]
    public void AFileThatIsOpenedAndSavedAgainHasTheSameBytes()
    {
        var first = Saved.ToBytes(Models.StateDict());
        using var checkpoint = Checkpoint.Open(first);
        Assert.Equal(first, Saved.ToBytes(checkpoint.Root));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task TheVeryFileThatIsOpenCanBeOverwritten(bool async)
    {
        File.WriteAllBytes(_folder["model.pt"], SmallModel.Zip.Build());
        using var checkpoint = Checkpoint.Open(_folder["model.pt"]);
        ((PyDict)checkpoint.Root)["epoch"] = 5;
        await Saved.ToPathAsync(async, checkpoint.Root, _folder["model.pt"]);

        SmallModel.AssertWhole(checkpoint);
        using var saved = Checkpoint.Open(_folder["model.pt"]);
        SmallModel.AssertWhole(saved);
        Assert.Equal(5, saved["epoch"].AsInt64());
        Assert.Equal(["model.pt"], _folder.Names);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task AStreamIsWrittenFromItsPositionFlushedAndLeftOpen(bool async)
    {
        var stream = new MemoryStream();
        stream.Write([9, 9, 9]);
        await Saved.ToStreamAsync(async, Models.StateDict(), stream);
        Assert.True(stream.CanWrite);

        stream.Position = 3;
        using var checkpoint = Checkpoint.Open(stream);
        Assert.Equal([7], checkpoint.FindTensor("count").ToArray<long>());

        var forward = new ForwardStream(new MemoryStream());
        await Saved.ToStreamAsync(async, Models.StateDict(), forward);
        Assert.Equal((1, false), (forward.Flushes, forward.IsDisposed));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task ProgressGoesFromNothingToEverything(bool async)
    {
        var reports = new List<SaveProgress>();
        var root = Models.Synthetic(Models.Zeros(10 << 20), Models.Zeros(0), Models.Zeros(3));
        await Saved.ToStreamAsync(async, root, new SparseFile().Stream, progress: new Reports(reports.Add));

        const long Total = (10 << 20) + 3;
        Assert.All(reports, report => Assert.Equal(Total, report.TotalBytes));
        Assert.Equal((0, Total), (reports[0].BytesWritten, reports[^1].BytesWritten));
        Assert.All(reports.Zip(reports.Skip(1)), pair => Assert.InRange(pair.Second.BytesWritten - pair.First.BytesWritten, 1, 4 << 20));
    }

    [Fact]
    public async Task ProgressOfASaveWithoutTensorsIsReportedToo()
    {
        var reports = new List<SaveProgress>();
        await Saved.ToStreamAsync(async: false, "text", new MemoryStream(), progress: new Reports(reports.Add));
        Assert.Equal([new(0, 0)], reports);
    }

    [Fact]
    public void AGibibyteIsSavedInLittleMemory()
    {
        var root = Models.Synthetic(Models.Zeros(1 << 30));
        var before = GC.GetAllocatedBytesForCurrentThread();
        Saved.ToSparseFile(root);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    [Fact]
    public void EveryByteOfAStorageIsReadOnce()
    {
        var bytes = new LoggedByteSource(new PatternByteSource(5_000_000));
        Saved.ToSparseFile(Models.Synthetic(bytes));
        Assert.Equal(5_000_000, bytes.BytesRead);
    }

    [Fact]
    public async Task AnAsynchronousSaveReadsAsynchronously()
    {
        var stream = new MemoryStream();
        await Saved.ToStreamAsync(async: true, Models.Synthetic(new AsyncByteSource(new PatternByteSource(3_000_000))), stream);
        Assert.Equal(Saved.ToBytes(Models.Synthetic(new PatternByteSource(3_000_000))), stream.ToArray());
    }

    [Fact]
    public void SavingAPartOfAnOpenFileReadsThatPart()
    {
        const int Size = 4 << 20;
        var counting = new LoggedByteSource(Saved.ToSparseFile(Models.Synthetic(new PatternByteSource(Size), new PatternByteSource(Size))));
        using var checkpoint = Checkpoint.Open(counting);
        counting.Forget();
        Saved.ToSparseFile(checkpoint["tensor1"]);

        // Its header and its bytes: the checksum is computed in passing.
        Assert.Equal(30 + Size, counting.BytesRead);

        counting.Forget();
        checkpoint["tensor1"].AsTensor().Storage.Bytes.Verify(TestContext.Current.CancellationToken);
        Assert.Empty(counting.Reads);
    }
}
