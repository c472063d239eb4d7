using Torchkeep.Tests.IO;

namespace Torchkeep.Tests.Saving;

/// <summary>A save that is asynchronous never reads a source in a way that blocks, whatever becomes of the bytes.</summary>
public sealed class AsyncSourceTests
{
    private static readonly byte[] _floats = [.. Enumerable.Range(0, 4096).SelectMany(value => BitConverter.GetBytes((float)value))];

    public static TheoryData<string, string> Saves => new(
        from shape in new[] { "whole", "part", "strided", "transposed", "conjugated", "big-endian" }
        from options in new[] { "zip", "zip compact", "zip float16", "zip compact bfloat16", "legacy", "legacy compact", "safetensors", "safetensors float64" }
        where shape != "conjugated" || !options.Contains("float", StringComparison.Ordinal)
        where shape != "big-endian" || options is "zip compact" or "zip" or "safetensors" or "legacy"
        select (shape, options));

    [Theory, MemberData(nameof(Saves))]
    public async Task NoReadBlocks(string shape, string options)
    {
        var blocking = await SaveAsync(View(shape, new MemoryStreamSource()), options, async: false);
        var waiting = await SaveAsync(View(shape, new AsyncByteSource(new MemoryStreamSource())), options, async: true);

        Assert.Equal(blocking, waiting);
    }

    private static async Task<byte[]?> SaveAsync(TensorView view, string options, bool async)
    {
        var stream = new MemoryStream();
        var root = new PyDict { { "weight", view } };
        try
        {
            if (async)
            {
                await Checkpoint.SaveAsync(root, stream, Options(options), cancellationToken: TestContext.Current.CancellationToken);
            }
            else
            {
                Checkpoint.Save(root, stream, Options(options), cancellationToken: TestContext.Current.CancellationToken);
            }

            return stream.ToArray();
        }
        catch (UnsupportedCheckpointException)
        {
            return null;
        }
    }

    private static WriteOptions Options(string options) => new()
    {
        Format = options.Split(' ')[0] switch
        {
            "zip" => CheckpointFormat.TorchZip,
            "legacy" => CheckpointFormat.TorchLegacy,
            _ => CheckpointFormat.Safetensors,
        },
        Compact = options.Contains("compact", StringComparison.Ordinal),
        FloatingPointType = options.EndsWith("bfloat16", StringComparison.Ordinal) ? ElementType.BFloat16
            : options.EndsWith("float16", StringComparison.Ordinal) ? ElementType.Float16
            : options.EndsWith("float64", StringComparison.Ordinal) ? ElementType.Float64 : null,
    };

    private static TensorView View(string shape, ByteSource source)
    {
        var storage = new TensorStorage(source, "cpu", ElementType.Float32, bigEndian: shape == "big-endian");
        return shape switch
        {
            "whole" or "big-endian" => new(storage, ElementType.Float32, [4096]),
            "part" => new(storage, ElementType.Float32, [100], [1], 50),
            "strided" => new(storage, ElementType.Float32, [100, 2], [40, 3], 5),
            "transposed" => new(storage, ElementType.Float32, [64, 64], [1, 64]),
            _ => new(storage, ElementType.Complex64, [2048]) { IsConjugated = true },
        };
    }

    private sealed class MemoryStreamSource : ByteSource
    {
        public override long Length => _floats.Length;

        public override void Read(long offset, Span<byte> destination) => _floats.AsSpan((int)offset, destination.Length).CopyTo(destination);
    }
}
