using System.Buffers;
using System.IO.Hashing;
using Torchkeep.IO;

namespace Torchkeep.Formats.TorchZip;

/// <summary>
/// The bytes of a stored record. Where they start is found when they are first wanted: names and extra fields of the
/// local header may be other than the directory's. Their CRC-32 is checked once.
/// </summary>
internal sealed class ZipRecordSource(ByteSource archive, ZipEntry entry, bool verify) : ByteSource
{
    private const int BufferSize = 1 << 20;

    private readonly Lock _checking = new();
    private long _start = -1;
    private volatile bool _verified = !verify || entry.Crc == 0;

    public override long Length => entry.CompressedSize;

    public override string? Name => archive.Name;

    internal override string? Record => entry.Name;

    public override void Read(long offset, Span<byte> destination)
    {
        CheckRange(offset, destination.Length);
        if (destination.Length < Length)
        {
            Verify();
        }

        var start = Start() + offset;
        if (_verified)
        {
            archive.Read(start, destination);
            return;
        }

        // Small pieces are still in the processor's cache when their CRC-32 is computed.
        var crc = new Crc32();
        for (var done = 0; done < destination.Length;)
        {
            var piece = destination.Slice(done, Math.Min(BufferSize, destination.Length - done));
            archive.Read(start + done, piece);
            crc.Append(piece);
            done += piece.Length;
        }

        Check(crc.GetCurrentHashAsUInt32());
    }

    public override async ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken = default)
    {
        CheckRange(offset, destination.Length);
        if (destination.Length < Length)
        {
            await VerifyAsync(async: true, cancellationToken).ConfigureAwait(false);
        }

        var start = await StartAsync(async: true, cancellationToken).ConfigureAwait(false);
        await archive.ReadAsync(start + offset, destination, cancellationToken).ConfigureAwait(false);
        if (!_verified)
        {
            Check(Crc32.HashToUInt32(destination.Span));
        }
    }

    public override bool TryGetSpan(long offset, int length, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (!IsInside(offset, length) || !archive.TryGetSpan(Start() + offset, length, out bytes))
        {
            return false;
        }

        Verify();
        return true;
    }

    public override bool TryMap(long offset, long length, out MemoryHandle memory)
    {
        memory = default;
        return IsInside(offset, length) && archive.TryMap(Start() + offset, length, out memory);
    }

    // Threads that read parts of a record that nobody has checked wait for the one that checks it.
    public override void Verify(CancellationToken cancellationToken = default)
    {
        if (_verified)
        {
            return;
        }

        lock (_checking)
        {
            VerifyAsync(async: false, cancellationToken).Complete();
        }
    }

    internal override PiecePass Pass(int pieceBytes) => _verified
        ? base.Pass(pieceBytes)
        : new ZipRecordPass(this, new SliceByteSource(archive, Start(), Length), pieceBytes);

    /// <summary>The bytes for a reader who computes their CRC-32 and brings it to <see cref="Verify(uint)"/>.</summary>
    internal async ValueTask<ByteSource> UncheckedAsync(bool async, CancellationToken cancellationToken) =>
        new SliceByteSource(archive, await StartAsync(async, cancellationToken).ConfigureAwait(false), Length);

    internal void Verify(uint found)
    {
        if (!_verified)
        {
            Check(found);
        }
    }

    private async ValueTask VerifyAsync(bool async, CancellationToken cancellationToken)
    {
        if (_verified)
        {
            return;
        }

        var start = await StartAsync(async, cancellationToken).ConfigureAwait(false);
        var crc = new Crc32();
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(Length, BufferSize));
        try
        {
            for (long done = 0; done < Length;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var part = buffer.AsMemory(0, (int)Math.Min(buffer.Length, Length - done));
                await archive.ReadAsync(start + done, part, async, cancellationToken).ConfigureAwait(false);
                crc.Append(part.Span);
                done += part.Length;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        Check(crc.GetCurrentHashAsUInt32());
    }

    private long Start() => StartAsync(async: false, CancellationToken.None).Complete();

    private async ValueTask<long> StartAsync(bool async, CancellationToken cancellationToken)
    {
        var start = Volatile.Read(ref _start);
        if (start < 0)
        {
            var header = new byte[ZipFields.LocalHeaderSize];
            await archive.ReadAsync(entry.LocalOffset, header, async, cancellationToken).ConfigureAwait(false);
            start = Locate(header);
            Volatile.Write(ref _start, start);
        }

        return start;
    }

    private long Locate(ReadOnlySpan<byte> header)
    {
        var cursor = new SpanCursor(header, entry.Name);
        if (cursor.TakeUInt32() != ZipFields.LocalSignature)
        {
            TorchZipThrow.BadRecord(archive, entry.Name, $"the record is not at {entry.LocalOffset}, where the archive's directory says");
        }

        cursor.Take(2 * sizeof(ushort));
        var method = cursor.TakeUInt16();
        if (method != entry.Method)
        {
            TorchZipThrow.BadRecord(archive, entry.Name, $"the record's header at {entry.LocalOffset} names the method {method}, and the archive's directory {entry.Method}");
        }

        cursor = new(header, entry.Name, ZipFields.LocalNameLengthAt);
        var start = entry.LocalOffset + ZipFields.LocalHeaderSize + cursor.TakeUInt16() + cursor.TakeUInt16();
        if (start > entry.End - Length)
        {
            TorchZipThrow.BadRecord(archive, entry.Name, $"the record's {Length} bytes at {start} do not end before {entry.End}, where the next one starts");
        }

        return start;
    }

    private void Check(uint found)
    {
        if (found != entry.Crc)
        {
            TorchZipThrow.WrongCrc(archive, entry, _start, found);
        }

        _verified = true;
    }

    private void CheckRange(long offset, int length)
    {
        if (!IsInside(offset, length))
        {
            TorchZipThrow.BadRecord(archive, entry.Name, $"{length} bytes at {offset} were asked for where the record has {Length}");
        }
    }
}
