using Torchkeep.Tests.Formats.TorchZip;
using Torchkeep.Tests.IO;

namespace Torchkeep.Tests.Saving;

/// <summary>Whatever goes wrong in a save, the old file stays as it was and nothing else stays.</summary>
public sealed class SaveFailureTests : IDisposable
{
    private static readonly byte[] _old = [1, 2, 3];

    private readonly TemporaryFolder _folder = new();

    public SaveFailureTests() => File.WriteAllBytes(_folder["model.pt"], _old);

    public void Dispose()
    {
        Assert.Equal(["model.pt"], _folder.Names);
        _folder.Dispose();
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task AStorageThatCannotBeRead(bool async)
    {
        var root = Models.Synthetic(new PatternByteSource(100), new PatternByteSource(8 << 20) { FailsAt = 5 << 20 });
        Assert.Contains("the disk is gone", (await Assert.ThrowsAsync<IOException>(() => SaveAsync(root, async))).Message, StringComparison.Ordinal);
        AssertOld();
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task AStorageOfAnOpenFileThatIsCorrupt(bool async)
    {
        using var checkpoint = Checkpoint.Open(SmallModel.With(SmallModel.BiasRecord with { Crc = 1 }).Build());
        var error = await Assert.ThrowsAsync<InvalidCheckpointException>(() => SaveAsync(checkpoint.Root, async));
        Assert.Equal(("model/data/1", "bias"), (error.Record, error.TensorName));
        AssertOld();
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task AStorageOfAFileThatIsClosed(bool async)
    {
        PyValue root;
        using (var checkpoint = Checkpoint.Open(new MemoryStream(SmallModel.Zip.Build())))
        {
            root = checkpoint.Root;
        }

        await Assert.ThrowsAsync<ObjectDisposedException>(() => SaveAsync(root, async));
        AssertOld();
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task ASaveThatIsCancelledOnTheWay(bool async)
    {
        using var cancellation = new CancellationTokenSource();
        var root = Models.Synthetic(new PatternByteSource(1L << 40)
        {
            IsZero = true,
            OnRead = end =>
            {
                if (end >= 5 << 20)
                {
                    cancellation.Cancel();
                }
            },
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SaveAsync(root, async, cancellation.Token));
        AssertOld();
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task ASaveThatIsCancelledBeforeItStarts(bool async)
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SaveAsync(Models.StateDict(), async, new(canceled: true)));
        AssertOld();
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task AnObjectThatNoFileCanHold(bool async)
    {
        var bits = TensorStorage.FromArray<int>([1, 2]);
        PyDict root = new()
        {
            { "ints", new TensorView(bits, ElementType.Int32, [2]) },
            { "floats", new TensorView(bits, ElementType.Float32, [2]) },
        };
        var error = await Assert.ThrowsAsync<UnsupportedCheckpointException>(() => SaveAsync(root, async));
        Assert.Equal("floats", error.TensorName);
        AssertOld();
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task AProgressThatThrows(bool async)
    {
        var progress = new Reports(_ => throw new InvalidOperationException("no"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => Saved.ToPathAsync(async, Models.StateDict(), _folder["model.pt"], progress: progress));
        AssertOld();
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task AMissingDirectory(bool async)
    {
        await Assert.ThrowsAsync<DirectoryNotFoundException>(() => Saved.ToPathAsync(async, Models.StateDict(), _folder["none/model.pt"]));
        AssertOld();
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task AStreamThatFailsPassesItsErrorOn(bool async)
    {
        using var stream = new FullStream(3 << 20);
        await Assert.ThrowsAsync<IOException>(() => Saved.ToStreamAsync(async, Models.Synthetic(Models.Zeros(8 << 20)), stream));
        Assert.True(stream.CanWrite);
    }

    private Task SaveAsync(PyValue root, bool async, CancellationToken? cancellationToken = null) =>
        Saved.ToPathAsync(async, root, _folder["model.pt"], cancellationToken: cancellationToken);

    private void AssertOld() => Assert.Equal(_old, File.ReadAllBytes(_folder["model.pt"]));

    private sealed class FullStream(long room) : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            room -= buffer.Length;
            if (room < 0)
            {
                throw new IOException("the disk is full");
            }
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Write(buffer.Span);
            return ValueTask.CompletedTask;
        }
    }
}
