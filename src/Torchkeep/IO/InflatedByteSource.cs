using System.Buffers;
using System.IO.Compression;
using System.IO.Hashing;

namespace Torchkeep.IO;

/// <summary>
/// A deflated record, decompressed when it is first touched: a short one into memory, a long one into a temporary file. The
/// claimed length is a promise that the data must keep: no more is taken than is really there.
/// </summary>
internal sealed class InflatedByteSource : ByteSource
{
    private const int BufferSize = 64 << 10;
    private const int MaxInMemory = 16 << 20;

    // Not a Lazy: that would keep a failure, and an interrupted read may succeed the next time.
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Func<ByteSource> _deflated;
    private readonly string _record;
    private readonly uint? _crc;
    private readonly int _limit;
    private volatile ByteSource? _inflated;
    private bool _isVerified;

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

    public override void Read(long offset, Span<byte> destination) => Inflated().Read(offset, destination);

    public override async ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var inflated = await InflatedAsync(async: true, cancellationToken).ConfigureAwait(false);
        await inflated.ReadAsync(offset, destination, cancellationToken).ConfigureAwait(false);
    }

    public override bool TryGetSpan(long offset, int length, out ReadOnlySpan<byte> bytes) =>
        Inflated().TryGetSpan(offset, length, out bytes);

    // What fits into memory will be read next.
    public override void Verify(CancellationToken cancellationToken = default)
    {
        if (Length <= MaxInMemory)
        {
            InflatedAsync(async: false, cancellationToken).Complete();
            return;
        }

        _turn.Wait(cancellationToken);
        try
        {
            if (_inflated is null && !_isVerified)
            {
                InflateAsync(Stream.Null, async: false, cancellationToken).Complete();
                _isVerified = true;
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    private ByteSource Inflated() => InflatedAsync(async: false, CancellationToken.None).Complete();

    private async ValueTask<ByteSource> InflatedAsync(bool async, CancellationToken cancellationToken)
    {
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
            return _inflated ??= Length > MaxInMemory
                ? await ToFileAsync(async, cancellationToken).ConfigureAwait(false)
                : await ToMemoryAsync(async, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async ValueTask<ByteSource> ToFileAsync(bool async, CancellationToken cancellationToken)
    {
        var file = SpoolFile.Create();
        try
        {
            await InflateAsync(file, async, cancellationToken).ConfigureAwait(false);
            file.Position = 0;
            return new StreamByteSource(file, leaveOpen: false, Name);
        }
        catch
        {
            await file.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    // Memory grows with what is really there.
    private async ValueTask<ByteSource> ToMemoryAsync(bool async, CancellationToken cancellationToken)
    {
        var bytes = new MemoryStream();
        await InflateAsync(bytes, async, cancellationToken).ConfigureAwait(false);
        return new MemoryByteSource(bytes.GetBuffer().AsMemory(0, (int)bytes.Length));
    }

    private async ValueTask InflateAsync(Stream into, bool async, CancellationToken cancellationToken)
    {
        if (Length > _limit)
        {
            throw new UnsupportedCheckpointException(
                $"the compressed record decompresses to {Length} bytes, over the limit of {_limit} ({nameof(ReadLimits)}.{nameof(ReadLimits.MaxInflatedBytes)})")
            {
                File = Name,
                Record = _record,
            };
        }

        long filled = 0;
        var crc = new Crc32();
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            using var inflater = new DeflateStream(new ByteSourceStream(_deflated()), CompressionMode.Decompress);
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var count = async ? await inflater.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) : inflater.Read(buffer);
                if (count == 0)
                {
                    break;
                }

                if (count > Length - filled)
                {
                    throw Invalid($"the compressed record decompresses to more than the {Length} bytes it claims");
                }

                filled += count;
                crc.Append(buffer.AsSpan(0, count));
                into.Write(buffer, 0, count);
            }
        }
        catch (InvalidDataException error)
        {
            throw Invalid("the compressed record is corrupt", error);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        if (filled != Length)
        {
            throw Invalid($"the compressed record decompresses to {filled} bytes, not the {Length} it claims");
        }

        if (_crc is { } expected && crc.GetCurrentHashAsUInt32() is var found && found != expected)
        {
            throw Invalid($"the CRC-32 of the record is {found:x8}, and {expected:x8} was stored: its bytes are corrupt");
        }
    }

    private InvalidCheckpointException Invalid(string problem, Exception? inner = null) =>
        new(problem, inner) { File = Name, Record = _record };
}
