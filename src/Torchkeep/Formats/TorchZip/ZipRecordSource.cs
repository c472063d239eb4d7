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

    private long _start = -1;
    private volatile bool _verified = !verify || entry.Crc == 0;

    public override long Length => entry.CompressedSize;

    public override string? Name => archive.Name;

    private long Start
    {
        get
        {
            if (Volatile.Read(ref _start) < 0)
            {
                Span<byte> header = stackalloc byte[ZipFields.LocalHeaderSize];
                archive.Read(entry.LocalOffset, header);
                Volatile.Write(ref _start, Locate(header));
            }

            return _start;
        }
    }

    public override void Read(long offset, Span<byte> destination)
    {
        CheckRange(offset, destination.Length);
        if (_verified || destination.Length < Length)
        {
            Verify();
            archive.Read(Start + offset, destination);
            return;
        }

        archive.Read(Start, destination);
        Check(Crc32.HashToUInt32(destination));
    }

    public override async ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken = default)
    {
        CheckRange(offset, destination.Length);
        if (Volatile.Read(ref _start) < 0)
        {
            var header = new byte[ZipFields.LocalHeaderSize];
            await archive.ReadAsync(entry.LocalOffset, header, cancellationToken).ConfigureAwait(false);
            Volatile.Write(ref _start, Locate(header));
        }

        if (_verified || destination.Length < Length)
        {
            Verify(cancellationToken);
        }

        await archive.ReadAsync(Start + offset, destination, cancellationToken).ConfigureAwait(false);
        if (!_verified)
        {
            Check(Crc32.HashToUInt32(destination.Span));
        }
    }

    public override bool TryGetSpan(long offset, int length, out ReadOnlySpan<byte> bytes)
    {
        CheckRange(offset, length);
        if (!archive.TryGetSpan(Start + offset, length, out bytes))
        {
            return false;
        }

        Verify();
        return true;
    }

    public override void Verify(CancellationToken cancellationToken = default)
    {
        if (_verified)
        {
            return;
        }

        var crc = new Crc32();
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(Length, BufferSize));
        try
        {
            for (long done = 0; done < Length;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var count = (int)Math.Min(buffer.Length, Length - done);
                archive.Read(Start + done, buffer.AsSpan(0, count));
                crc.Append(buffer.AsSpan(0, count));
                done += count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        Check(crc.GetCurrentHashAsUInt32());
    }

    private void Check(uint found)
    {
        if (found != entry.Crc)
        {
            TorchZipThrow.WrongCrc(archive, entry.Name, Start, entry.Crc, found);
        }

        _verified = true;
    }

    private void CheckRange(long offset, int length)
    {
        if (offset < 0 || offset > Length - length)
        {
            TorchZipThrow.BadRecord(archive, entry.Name, offset, $"{length} bytes were asked for where the record has {Length}");
        }
    }

    private long Locate(ReadOnlySpan<byte> header)
    {
        var cursor = new SpanCursor(header, entry.Name);
        if (cursor.TakeUInt32() != ZipFields.LocalSignature)
        {
            TorchZipThrow.BadRecord(archive, entry.Name, entry.LocalOffset, "the record is not where the archive's directory says");
        }

        cursor = new(header, entry.Name, ZipFields.LocalNameLengthAt);
        var start = entry.LocalOffset + ZipFields.LocalHeaderSize + cursor.TakeUInt16() + cursor.TakeUInt16();
        if (start > archive.Length - Length)
        {
            TorchZipThrow.BadRecord(archive, entry.Name, start, $"the record's {Length} bytes leave the file");
        }

        return start;
    }
}
