using Torchkeep.Tests.IO;

namespace Torchkeep.Tests.Reading;

/// <summary>Sources from outside of the library that break their promises, and files that make readers look behind the end.</summary>
public sealed class ForeignByteSourceTests
{
    private static readonly byte[] _file = Sample();

    public static TheoryData<string> Ways => ["Open", "OpenAsync", "OpenAll", "OpenAllAsync", "Scan", "Verify", "Storage"];

    public static TheoryData<string, string> WaysAndErrors => new(
        from way in Ways
        from error in new[] { "argument", "range", "end", "index" }
        select (way.Data, error));

    [Theory, MemberData(nameof(WaysAndErrors))]
    public async Task ASourceThatHasFewerBytesThanItSaysIsATruncatedFile(string way, string error)
    {
        Func<Exception> make = error switch
        {
            "argument" => () => new ArgumentException("too short"),
            "range" => () => new ArgumentOutOfRangeException(nameof(error)),
            "end" => () => new EndOfStreamException("no more"),
            _ => IndexError,
        };
        using var source = new FaultyByteSource(_file, _file.Length) { End = 100, Error = make };

        var found = await Record.ExceptionAsync(() => RunAsync(way, source));

        // What is broken is a finding of these two.
        if (way is "Scan" or "Verify" && found is null)
        {
            return;
        }

        var broken = Assert.IsType<InvalidCheckpointException>(found);
        Assert.Contains("the source of bytes says that it has", broken.Message, StringComparison.Ordinal);
        Assert.IsType(make().GetType(), broken.InnerException);
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task ANegativeLengthIsRefused(string way)
    {
        using var source = new FaultyByteSource(_file, -1);
        var error = await Assert.ThrowsAsync<InvalidCheckpointException>(() => RunAsync(way, source));
        Assert.Contains("its length is -1", error.Message, StringComparison.Ordinal);
        Assert.Equal(way.StartsWith("Open", StringComparison.Ordinal), source.IsDisposed);
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task AnErrorOfItsOwnReachesTheCaller(string way)
    {
        using var source = new FaultyByteSource(_file, _file.Length) { End = 0, Error = () => new TimeoutException("no answer") };
        await Assert.ThrowsAsync<TimeoutException>(() => RunAsync(way, source));
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task NoCallLeavesItsLength(string way)
    {
        foreach (var bytes in Mutants(200, seed: 5))
        {
            using var source = new FaultyByteSource(bytes, bytes.Length);
            var error = await Record.ExceptionAsync(() => RunAsync(way, source));
            Assert.True(error is null or CheckpointException, $"{error}");
            Assert.Null(source.Outside);
        }
    }

    [Fact]
    public void ASpanOfAnotherLengthIsNotUsed()
    {
        using var source = new FaultyByteSource(_file, _file.Length) { SpanLength = 3 };
        using var checkpoint = Checkpoint.Open(source);

        Assert.Equal([1f, 2, 3, 4], checkpoint.FindTensor("weight").ToArray<float>());
        Assert.False(checkpoint.FindTensor("weight").TryGetSpan<float>(out _));
    }

    [Fact]
    public async Task MutantsOverASourceFromOutsideEndInDocumentedExceptions()
    {
        foreach (var bytes in Mutants(2000, seed: 7))
        {
            await RunAllAsync(bytes);
        }
    }

    private static async Task RunAllAsync(byte[] bytes)
    {
        foreach (var way in new[] { "Open", "OpenAll", "Scan", "Verify" })
        {
            using var source = new FaultyByteSource(bytes, bytes.Length);
            var error = await Record.ExceptionAsync(() => RunAsync(way, source));
            Assert.True(error is null or CheckpointException, $"{way}: {error}");
            Assert.Null(source.Outside);
        }
    }

    private static async Task RunAsync(string way, ByteSource source)
    {
        switch (way)
        {
            case "Open":
                Use(Checkpoint.Open(source));
                break;
            case "OpenAsync":
                Use(await Checkpoint.OpenAsync(source, cancellationToken: TestContext.Current.CancellationToken));
                break;
            case "OpenAll":
                Checkpoint.OpenAll(source).ToList().ForEach(Use);
                break;
            case "OpenAllAsync":
                (await Checkpoint.OpenAllAsync(source, cancellationToken: TestContext.Current.CancellationToken)).ToList().ForEach(Use);
                break;
            case "Scan":
                CheckpointScanner.Scan(source, cancellationToken: TestContext.Current.CancellationToken);
                break;
            case "Verify":
                CheckpointVerifier.Verify(source, cancellationToken: TestContext.Current.CancellationToken);
                break;
            default:
                var length = (source.Length / 4) is var count and >= 0 ? count : 0;
                Save(new TensorView(new TensorStorage(source), ElementType.Float32, [length]));
                break;
        }
    }

    private static void Use(Checkpoint checkpoint)
    {
        using (checkpoint)
        {
            foreach (var entry in checkpoint.Walk())
            {
                _ = entry.Path;
            }

            foreach (var tensor in checkpoint.Tensors)
            {
                _ = tensor.View.Name;
                tensor.View.Verify(TestContext.Current.CancellationToken);
                var bytes = new byte[Math.Min(tensor.View.ByteLength, 1024) / 16 * 16];
                tensor.View.ReadBytes(bytes);
            }

            _ = Assert.ThrowsAny<KeyNotFoundException>(() => checkpoint.FindTensor("there is no such tensor"));
            Try<KeyNotFoundException>(() => checkpoint.FindStateDict());
            Try<KeyNotFoundException>(() => checkpoint.FindModule());
            Save(checkpoint.Root);
        }
    }

    private static void Save(PyValue root)
    {
        foreach (var options in new WriteOptions[] { new(), new() { Compact = true }, new() { Format = CheckpointFormat.TorchLegacy } })
        {
            Checkpoint.Save(root, Stream.Null, options, cancellationToken: TestContext.Current.CancellationToken);
        }
    }

    private static void Try<T>(Action action)
        where T : Exception
    {
        try
        {
            action();
        }
        catch (T)
        {
        }
    }

    // Most mutants change the numbers of the directory and of the pickle, which say where to look.
    private static IEnumerable<byte[]> Mutants(int count, int seed)
    {
        var random = new Random(seed);
        var files = new[] { _file, LegacySample(), TorchZipBytes.Archive([("a/data.pkl", _file), ("a/version", "3\n"u8.ToArray())], System.IO.Compression.CompressionLevel.Optimal) };
        for (var i = 0; i < count; i++)
        {
            var bytes = files[i % files.Length].ToArray();
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                bytes[random.Next(bytes.Length)] = (byte)(random.Next(3) switch { 0 => random.Next(256), 1 => 0xff, _ => 0 });
            }

            yield return random.Next(4) == 0 ? bytes[..random.Next(bytes.Length)] : bytes;
        }
    }

    private static Exception IndexError()
    {
        try
        {
            return new InvalidOperationException($"{_file[_file.Length]}");
        }
        catch (IndexOutOfRangeException error)
        {
            return error;
        }
    }

    private static byte[] Sample() => Saved(new WriteOptions());

    private static byte[] LegacySample() => Saved(new WriteOptions { Format = CheckpointFormat.TorchLegacy });

    private static byte[] Saved(WriteOptions options)
    {
        var stream = new MemoryStream();
        var root = new PyDict
        {
            { "weight", TensorView.FromArray([1f, 2, 3, 4], ElementType.Float32, 4) },
            { "bias", TensorView.FromArray([1.0, 2], ElementType.Float64, 2).AsStrided([2, 1], [1, 2], 0) },
        };
        Checkpoint.Save(root, stream, options);
        return stream.ToArray();
    }
}
