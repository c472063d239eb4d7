using System.Buffers;
using System.IO.Compression;
using System.IO.Hashing;

namespace Torchkeep.IO;

/// <summary>
/// A deflated record, unfolded when it is first touched: a short one into memory, a long one into a temporary file. The
/// claimed length is a promise that the data must keep: no more is taken than really unfolds.
/// </summary>
internal sealed class InflatedByteSource : ByteSource
{
    private const int BufferSize = 64 << 10;
    private const int MaxInMemory = 16 << 20;

    // Not a Lazy: that would keep a failure, and an interrupted read may succeed the next time.
    private readonly Lock _turn = new();
    private readonly Func<ByteSource> _deflated;
    private readonly string _record;
    private readonly uint? _crc;
    private readonly int _limit;
    private ByteSource? _inflated;
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

    public override bool TryGetSpan(long offset, int length, out ReadOnlySpan<byte> bytes) =>
        Inflated().TryGetSpan(offset, length, out bytes);

    // What fits into memory will be read next.
    public override void Verify(CancellationToken cancellationToken = default)
    {
        lock (_turn)
        {
            if (_inflated is null && Length <= MaxInMemory)
            {
                _inflated = ToMemory();
            }
            else if (_inflated is null && !_isVerified)
            {
                Inflate(static _ => { }, cancellationToken);
                _isVerified = true;
            }
        }
    }

    private ByteSource Inflated()
    {
        lock (_turn)
        {
            return _inflated ??= Length > MaxInMemory ? ToFile() : ToMemory();
        }
    }

    private StreamByteSource ToFile()
    {
        var file = SpoolFile.Create();
        try
        {
            Inflate(piece => file.Write(piece), CancellationToken.None);
            file.Position = 0;
            return new(file, leaveOpen: false, Name);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    // Memory grows with what really unfolds.
    private MemoryByteSource ToMemory()
    {
        var bytes = new ArrayBufferWriter<byte>(BufferSize);
        Inflate(piece => bytes.Write(piece), CancellationToken.None);
        return new(bytes.WrittenMemory);
    }

    private void Inflate(Action<ReadOnlySpan<byte>> take, CancellationToken cancellationToken)
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

        long filled = 0;
        var crc = new Crc32();
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            using var inflater = new DeflateStream(new ByteSourceStream(_deflated()), CompressionMode.Decompress);
            while (inflater.Read(buffer) is > 0 and var count)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (count > Length - filled)
                {
                    throw Invalid($"the compressed record unfolds to more than the {Length} bytes it claims");
                }

                filled += count;
                crc.Append(buffer.AsSpan(0, count));
                take(buffer.AsSpan(0, count));
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
            throw Invalid($"the compressed record unfolds to {filled} bytes, not the {Length} it claims");
        }

        if (_crc is { } expected && crc.GetCurrentHashAsUInt32() is var found && found != expected)
        {
            throw Invalid($"the CRC-32 of the record is {found:x8}, and {expected:x8} was stored: its bytes are corrupt");
        }
    }

    private InvalidCheckpointException Invalid(string problem, Exception? inner = null) =>
        new(problem, inner) { File = Name, Record = _record };
}
