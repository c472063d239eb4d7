using System.Buffers.Binary;
using System.IO.Hashing;

namespace Torchkeep.IO.Xz;

/// <summary>
/// What is in a file of xz (version 1.2.1 of its format): streams of blocks of LZMA2, each with its checksum. Memory is the
/// window that the file claims, as far as bytes came out, and one chunk. Filters for programs, such as x86, are refused.
/// </summary>
/// <exception cref="InvalidDataException">From the methods that read: the bytes are damaged, or end too early.</exception>
internal sealed class XzStream(Stream packed) : Stream
{
    private const int BufferSize = 1 << 16;
    private const int HeaderSize = 12;
    private const int CrcSize = 4;
    private const int LargestChunk = 1 << 21;

    // xz -9 takes 64 MiB, and the largest is 4 GiB.
    private const int LargestWindow = 1 << 28;

    private const byte Lzma2 = 0x21;

    private static readonly byte[] _start = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00];
    private static readonly byte[] _end = [.. "YZ"u8];

    private readonly BufferedStream _packed = new(packed, BufferSize);
    private readonly byte[] _chunk = new byte[BufferSize];
    private readonly List<(long Packed, long Unpacked)> _blocks = [];
    private byte[] _out = [];
    private int _outAt;
    private int _outEnd;
    private long _read;
    private long _blockStart;
    private long _blockLength;
    private int _checkKind;
    private XzCheck? _check;
    private LzmaWindow _window = new(0);
    private LzmaDecoder? _decoder;
    private bool _isStarted;
    private bool _isAtEnd;

    /// <summary>Whether a file that starts so is one of xz.</summary>
    internal static bool Begins(ReadOnlySpan<byte> head) => head.StartsWith(_start);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        if (_outAt == _outEnd)
        {
            FillAsync(async: false, CancellationToken.None).Complete();
        }

        return Take(buffer);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_outAt == _outEnd)
        {
            await FillAsync(async: true, cancellationToken).ConfigureAwait(false);
        }

        return Take(buffer.Span);
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _check?.Dispose();
        _packed.Dispose();
        base.Dispose(disposing);
    }

    private int Take(Span<byte> buffer)
    {
        var count = Math.Min(buffer.Length, _outEnd - _outAt);
        _out.AsSpan(_outAt, count).CopyTo(buffer);
        _outAt += count;
        return count;
    }

    // Until bytes came out, or all streams are at their end.
    private async ValueTask FillAsync(bool async, CancellationToken cancellationToken)
    {
        (_outAt, _outEnd) = (0, 0);
        while (_outEnd == 0 && !_isAtEnd)
        {
            if (!_isStarted)
            {
                await StartStreamAsync(async, cancellationToken).ConfigureAwait(false);
            }
            else if (_check is null)
            {
                await StartBlockAsync(async, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await ReadChunkAsync(async, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask StartStreamAsync(bool async, CancellationToken cancellationToken)
    {
        var header = await TakeAsync(HeaderSize, async, cancellationToken).ConfigureAwait(false);
        if (!Begins(header))
        {
            throw new InvalidDataException("no stream of xz begins here");
        }

        _checkKind = FlagsOf(header.AsSpan(_start.Length, 2), BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(HeaderSize - CrcSize)), header.AsSpan(_start.Length, 2));
        _blocks.Clear();
        _isStarted = true;
    }

    // The kind of the checksums.
    private static int FlagsOf(ReadOnlySpan<byte> flags, uint crc, ReadOnlySpan<byte> checkedBytes)
    {
        if (crc != Crc32.HashToUInt32(checkedBytes) || flags[0] != 0 || flags[1] >= 16)
        {
            throw new InvalidDataException("the flags of the stream of xz are damaged");
        }

        return flags[1];
    }

    private async ValueTask StartBlockAsync(bool async, CancellationToken cancellationToken)
    {
        _blockStart = _read;
        var size = (await TakeAsync(1, async, cancellationToken).ConfigureAwait(false))[0];
        if (size == 0)
        {
            await EndStreamAsync(async, cancellationToken).ConfigureAwait(false);
            return;
        }

        var rest = await TakeAsync((size * 4) + 3, async, cancellationToken).ConfigureAwait(false);
        byte[] header = [size, .. rest];
        if (BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(header.Length - CrcSize)) != Crc32.HashToUInt32(header.AsSpan(0, header.Length - CrcSize)))
        {
            throw new InvalidDataException("the header of a block of xz is damaged");
        }

        _window = new(XzBlockHeader.WindowOf(header.AsSpan(1, header.Length - 1 - CrcSize), Lzma2, LargestWindow));
        _decoder = new(_window);
        _check = new(_checkKind);
        _blockLength = 0;
    }

    private async ValueTask ReadChunkAsync(bool async, CancellationToken cancellationToken)
    {
        var control = (await TakeAsync(1, async, cancellationToken).ConfigureAwait(false))[0];
        if (control == 0)
        {
            await EndBlockAsync(async, cancellationToken).ConfigureAwait(false);
            return;
        }

        if (control is 1 or >= 0xe0)
        {
            _window.Reset();
        }
        else if (control is > 2 and < 0x80 || _blockLength == 0)
        {
            throw new InvalidDataException($"0x{control:x2} begins no chunk of LZMA2 here");
        }

        var sizes = await TakeAsync(control < 0x80 ? 2 : 4, async, cancellationToken).ConfigureAwait(false);
        var unpacked = (((control < 0x80 ? 0 : control & 0x1f) << 16) | (sizes[0] << 8) | sizes[1]) + 1;
        if (_out.Length < unpacked)
        {
            _out = new byte[Math.Max(unpacked, Math.Min(LargestChunk, 2 * _out.Length))];
        }

        if (control < 0x80)
        {
            await FillAsync(_out.AsMemory(0, unpacked), async, cancellationToken).ConfigureAwait(false);
            foreach (var value in _out.AsSpan(0, unpacked))
            {
                _window.Put(value);
            }
        }
        else
        {
            switch ((control >> 5) & 3)
            {
                case >= 2:
                    _decoder!.Reset((await TakeAsync(1, async, cancellationToken).ConfigureAwait(false))[0]);
                    break;
                case 1:
                    _decoder!.Reset();
                    break;
                default:
                    break;
            }

            var chunk = _chunk.AsMemory(0, ((sizes[2] << 8) | sizes[3]) + 1);
            await FillAsync(chunk, async, cancellationToken).ConfigureAwait(false);
            _decoder!.Decode(chunk.Span, _out.AsSpan(0, unpacked));
        }

        _check!.Append(_out.AsSpan(0, unpacked));
        _blockLength += unpacked;
        _outEnd = unpacked;
    }

    private async ValueTask EndBlockAsync(bool async, CancellationToken cancellationToken)
    {
        var size = XzCheck.SizeOf(_checkKind);
        _blocks.Add((_read - _blockStart + size, _blockLength));
        await SkipPaddingAsync(_read - _blockStart, async, cancellationToken).ConfigureAwait(false);
        if (!_check!.IsSame(await TakeAsync(size, async, cancellationToken).ConfigureAwait(false)))
        {
            throw new InvalidDataException("a block of xz does not have its checksum");
        }

        _check.Dispose();
        _check = null;
    }

    // The index says again how long every block is.
    private async ValueTask EndStreamAsync(bool async, CancellationToken cancellationToken)
    {
        var crc = new Crc32();
        crc.Append([0]);
        var isSame = await NumberAsync(crc, async, cancellationToken).ConfigureAwait(false) == _blocks.Count;
        foreach (var (length, unpacked) in _blocks)
        {
            isSame = isSame
                && await NumberAsync(crc, async, cancellationToken).ConfigureAwait(false) == length
                && await NumberAsync(crc, async, cancellationToken).ConfigureAwait(false) == unpacked;
        }

        if (!isSame)
        {
            throw new InvalidDataException("the index of xz does not fit its blocks");
        }

        crc.Append(await SkipPaddingAsync(_read - _blockStart, async, cancellationToken).ConfigureAwait(false));
        if (BinaryPrimitives.ReadUInt32LittleEndian(await TakeAsync(CrcSize, async, cancellationToken).ConfigureAwait(false)) != crc.GetCurrentHashAsUInt32())
        {
            throw new InvalidDataException("the index of xz is damaged");
        }

        var indexSize = _read - _blockStart;
        var footer = await TakeAsync(HeaderSize, async, cancellationToken).ConfigureAwait(false);
        var kind = FlagsOf(footer.AsSpan(8, 2), BinaryPrimitives.ReadUInt32LittleEndian(footer), footer.AsSpan(CrcSize, 6));
        if (kind != _checkKind || (BinaryPrimitives.ReadUInt32LittleEndian(footer.AsSpan(CrcSize)) + 1L) * 4 != indexSize || !footer.AsSpan(10).SequenceEqual(_end))
        {
            throw new InvalidDataException("the end of the stream of xz is damaged");
        }

        _isStarted = false;
        await SkipToNextStreamAsync(async, cancellationToken).ConfigureAwait(false);
    }

    // Zeros in fours may stand between streams and behind them.
    private async ValueTask SkipToNextStreamAsync(bool async, CancellationToken cancellationToken)
    {
        var zeros = new byte[4];
        while (!_isAtEnd)
        {
            var count = async
                ? await _packed.ReadAtLeastAsync(zeros, zeros.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false)
                : _packed.ReadAtLeast(zeros, zeros.Length, throwOnEndOfStream: false);
            if (count == 0)
            {
                _isAtEnd = true;
            }
            else if (count == zeros.Length && zeros.AsSpan().IndexOfAnyExcept((byte)0) >= 0)
            {
                _packed.Position -= count;
                return;
            }
            else if (count < zeros.Length)
            {
                throw new InvalidDataException("bytes follow the stream of xz");
            }
        }
    }

    // A number of seven bits a byte, the lowest first.
    private async ValueTask<long> NumberAsync(Crc32 crc, bool async, CancellationToken cancellationToken)
    {
        long number = 0;
        for (var shift = 0; shift < 63; shift += 7)
        {
            var one = await TakeAsync(1, async, cancellationToken).ConfigureAwait(false);
            crc.Append(one);
            number |= (one[0] & 0x7fL) << shift;
            if (one[0] < 0x80)
            {
                return number;
            }
        }

        throw new InvalidDataException("a number of xz is too long");
    }

    // Zeros up to the next multiple of four.
    private async ValueTask<byte[]> SkipPaddingAsync(long length, bool async, CancellationToken cancellationToken)
    {
        var padding = await TakeAsync((int)(-length & 3), async, cancellationToken).ConfigureAwait(false);
        return padding.AsSpan().IndexOfAnyExcept((byte)0) < 0 ? padding : throw new InvalidDataException("bytes stand where xz has zeros");
    }

    private async ValueTask<byte[]> TakeAsync(int count, bool async, CancellationToken cancellationToken)
    {
        var bytes = new byte[count];
        await FillAsync(bytes, async, cancellationToken).ConfigureAwait(false);
        return bytes;
    }

    private async ValueTask FillAsync(Memory<byte> bytes, bool async, CancellationToken cancellationToken)
    {
        var count = async
            ? await _packed.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false)
            : _packed.ReadAtLeast(bytes.Span, bytes.Length, throwOnEndOfStream: false);
        if (count < bytes.Length)
        {
            throw new InvalidDataException("the file of xz ends too early");
        }

        _read += count;
    }
}
