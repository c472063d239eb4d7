using Torchkeep.Tests.IO;

namespace Torchkeep.Tests.Saving;

/// <summary>Files that several threads write are those that one writes.</summary>
public sealed class ParallelSaveTests
{
    private static readonly WriteOptions _options = new() { ArchiveName = "same", FlushToDisk = false };

    // In bytes: around the pieces of 4 MiB that the threads take, and many that are put together.
    public static TheoryData<int[]> Sizes =>
    [
        (int[])[9 << 20],
        (int[])[0, 9 << 20, 0, 1],
        (int[])[(4 << 20) - 100, (4 << 20) - 4, 4 << 20, (4 << 20) + 4, 12 << 20],
        (int[])[.. Enumerable.Repeat(1000, 9000)],
        (int[])[5, 13 << 20, .. Enumerable.Repeat(333, 5000), 6 << 20, 0],
    ];

    [Theory, MemberData(nameof(Sizes))]
    public void TheBytesAreThoseOfOneThread(int[] sizes)
    {
        using var folder = new TemporaryFolder();
        var path = folder["saved.pt"];
        var root = Root(sizes);
        var stream = new MemoryStream();
        Checkpoint.Save(root, stream, _options, cancellationToken: TestContext.Current.CancellationToken);

        Checkpoint.Save(root, path, _options, cancellationToken: TestContext.Current.CancellationToken);

        Assert.True(stream.ToArray().AsSpan().SequenceEqual(File.ReadAllBytes(path)));
        Assert.Empty(CheckpointVerifier.Verify(path, cancellationToken: TestContext.Current.CancellationToken).Faults);
    }

    [Fact]
    public void ProgressIsToldOnThisThreadAndEndsAtTheTotal()
    {
        using var folder = new TemporaryFolder();
        var progress = new Told();

        Checkpoint.Save(Root([9 << 20, 6 << 20, 100]), folder["saved.pt"], _options, progress, TestContext.Current.CancellationToken);

        Assert.Equal(progress.Values.Order(), progress.Values);
        Assert.Equal((15 << 20) + 100, progress.Values[^1]);
        Assert.All(progress.Threads, thread => Assert.Equal(Environment.CurrentManagedThreadId, thread));
    }

    [Fact]
    public void ASaveOfAnOpenFileChecksItsBytes()
    {
        using var folder = new TemporaryFolder();
        var path = folder["old.pt"];
        Checkpoint.Save(Root([9 << 20, 9 << 20]), path, _options, cancellationToken: TestContext.Current.CancellationToken);
        var bytes = File.ReadAllBytes(path);
        bytes[12 << 20] ^= 1;
        File.WriteAllBytes(path, bytes);
        using var damaged = Checkpoint.Open(path);
        var target = folder["new.pt"];

        var error = Assert.Throws<InvalidCheckpointException>(
            () => Checkpoint.Save(damaged.Root, target, _options, cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal("t1", error.TensorName);
        Assert.Equal([path], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void ASaveThatIsCancelledLeavesTheOldFile()
    {
        using var folder = new TemporaryFolder();
        var path = folder["saved.pt"];
        File.WriteAllText(path, "old");
        using var stop = new CancellationTokenSource();

        Assert.ThrowsAny<OperationCanceledException>(() => Checkpoint.Save(Root([40 << 20]), path, _options, new Told(stop), stop.Token));

        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void AFailureOfTheProgressEndsTheSave()
    {
        using var folder = new TemporaryFolder();
        var path = folder["saved.pt"];

        Assert.Throws<NotSupportedException>(() => Checkpoint.Save(Root([40 << 20]), path, _options, new Failing(), TestContext.Current.CancellationToken));

        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    private static PyDict Root(int[] sizes)
    {
        var root = new PyDict();
        for (var i = 0; i < sizes.Length; i++)
        {
            var bytes = new byte[sizes[i]];
            new Random(i).NextBytes(bytes);
            root[$"t{i}"] = TensorView.FromArray(bytes, ElementType.UInt8, bytes.Length);
        }

        return root;
    }

    /// <summary>Keeps what it is told, and where.</summary>
    private sealed class Told(CancellationTokenSource? stop = null) : IProgress<SaveProgress>
    {
        internal List<long> Values { get; } = [];

        internal List<int> Threads { get; } = [];

        public void Report(SaveProgress value)
        {
            Values.Add(value.BytesWritten);
            Threads.Add(Environment.CurrentManagedThreadId);
            stop?.Cancel();
        }
    }

    /// <summary>A caller whose display fails.</summary>
    private sealed class Failing : IProgress<SaveProgress>
    {
        public void Report(SaveProgress value)
        {
            if (value.BytesWritten > 0)
            {
                throw new NotSupportedException();
            }
        }
    }
}
