using System.IO.Compression;
using System.IO.Hashing;

namespace Torchkeep.IO;

/// <summary>
/// A deflated record, unfolded into memory when it is first touched. The claimed length is a promise that the data
/// must keep: memory grows with what really unfolds.
/// </summary>
internal sealed class InflatedByteSource : ByteSource
{
    private const int FirstBuffer = 64 << 10;

    // Not a Lazy: that would keep a failure, and an interrupted read may succeed the next time.
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Func<ByteSource> _deflated;
    private readonly string _record;
    private readonly uint? _crc;
    private readonly int _limit;
    private volatile MemoryByteSource? _inflated;

    internal InflatedByteSource(Func<ByteSource> deflated, string? name, string record, long length, uint? crc, int limit)
    {
        _deflated = deflated;
        _record = record;
        _crc = crc;
        _limit = limit;
        Name = name;
        Length = length;
    }

    public override long Length { get; }

    public override string? Name { get; }

    internal override string? Record => _record;

    public override void Read(long offset, Span<byte> destination) => Inflated(CancellationToken.None).Read(offset, destination);

    public override async ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken = default)
    {
        var inflated = await InflatedAsync(async: true, cancellationToken).ConfigureAwait(false);
        inflated.Read(offset, destination.Span);
    }

    public override bool TryGetSpan(long offset, int length, out ReadOnlySpan<byte> bytes) =>
        Inflated(CancellationToken.None).TryGetSpan(offset, length, out bytes);

    public override void Verify(CancellationToken cancellationToken = default) => _ = Inflated(cancellationToken);

    private MemoryByteSource Inflated(CancellationToken cancellationToken) => InflatedAsync(async: false, cancellationToken).Complete();

    private async ValueTask<MemoryByteSource> InflatedAsync(bool async, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_inflated is { } ready)
        {
            return ready;
        }

        if (async)
        {
            await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        else
        {
            _turn.Wait(cancellationToken);
        }

        try
        {
            return _inflated ??= await InflateAsync(async, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async ValueTask<MemoryByteSource> InflateAsync(bool async, CancellationToken cancellationToken)
    {
        if (Length > _limit)
        {
            throw new UnsupportedCheckpointException(
                $"the compressed record unfolds to {Length} bytes, over the limit of {_limit} ({nameof(ReadLimits)}.{nameof(ReadLimits.MaxInflatedBytes)})")
            {
                File = Name,
                Record = _record,
            };
        }

        var bytes = new byte[Math.Min(Length, FirstBuffer)];
        var filled = 0;
        try
        {
            using var inflater = new DeflateStream(new ByteSourceStream(_deflated()), CompressionMode.Decompress);
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var part = bytes.AsMemory(filled);
                var count = async ? await inflater.ReadAsync(part, cancellationToken).ConfigureAwait(false) : inflater.Read(part.Span);
                filled += count;
                if (filled == Length || count == 0)
                {
                    break;
                }

                if (filled == bytes.Length)
                {
                    Array.Resize(ref bytes, (int)Math.Min(Length, bytes.Length * 2L));
                }
            }

            var more = new byte[1];
            if (filled == Length && (async ? await inflater.ReadAsync(more, cancellationToken).ConfigureAwait(false) : inflater.Read(more)) > 0)
            {
                throw Invalid($"the compressed record unfolds to more than the {Length} bytes it claims");
            }
        }
        catch (InvalidDataException error)
        {
            throw Invalid("the compressed record is corrupt", error);
        }

        if (filled != Length)
        {
            throw Invalid($"the compressed record unfolds to {filled} bytes, not the {Length} it claims");
        }

        if (_crc is { } expected && Crc32.HashToUInt32(bytes) is var found && found != expected)
        {
            throw Invalid($"the CRC-32 of the record is {found:x8}, and {expected:x8} was stored: its bytes are corrupt");
        }

        return new MemoryByteSource(bytes);
    }

    private InvalidCheckpointException Invalid(string problem, Exception? inner = null) =>
        new(problem, inner) { File = Name, Record = _record };
}
