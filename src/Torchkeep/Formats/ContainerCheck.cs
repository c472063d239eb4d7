using System.Buffers;

namespace Torchkeep.Formats;

/// <summary>What a check of a container's bytes finds.</summary>
/// <param name="source">The file.</param>
/// <param name="limits">What it may ask for.</param>
/// <param name="cancellationToken">Stops the check.</param>
internal sealed class ContainerCheck(ByteSource source, ReadLimits limits, CancellationToken cancellationToken)
{
    private const int BufferSize = 1 << 20;

    // A broken directory makes every record a broken one; more than this says no more.
    private const int MaxFaults = 1000;

    private readonly List<VerificationFault> _faults = [];

    internal ByteSource Source => source;

    internal ReadLimits Limits => limits;

    internal CancellationToken CancellationToken => cancellationToken;

    internal IReadOnlyList<VerificationFault> Faults => _faults;

    /// <summary>Bytes that no checksum covers.</summary>
    internal long UncheckedBytes { get; set; }

    internal void Add(string problem, string? record, long? offset = null)
    {
        VerificationFault fault = new(problem, record, offset, []);
        if (_faults.Count < MaxFaults && !_faults.Any(known => known.Problem == problem && known.Record == record))
        {
            _faults.Add(fault);
        }
    }

    /// <summary>Takes an error for a fault. Its place is told by properties, and its message without them.</summary>
    internal void Add(CheckpointException error) => Add(error.Problem, error.Record, error.Offset);

    internal void Replace(VerificationFault fault, IReadOnlyList<string> tensors) => _faults[_faults.IndexOf(fault)] = fault with { Tensors = tensors };

    /// <summary>Reads every byte, of which none is covered by a checksum.</summary>
    internal void ReadAll()
    {
        Read(source, 0, source.Length, static (_, _) => { }, cancellationToken);
        UncheckedBytes = source.Length;
    }

    internal static void Read(ByteSource source, long start, long length, Action<ReadOnlySpan<byte>, long> take, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(length, BufferSize));
        try
        {
            for (long done = 0; done < length;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, length - done));
                source.Read(start + done, part);
                take(part, done);
                done += part.Length;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
