using System.IO.Hashing;
using Microsoft.Win32.SafeHandles;
using Torchkeep.IO;

namespace Torchkeep.Formats.TorchZip;

/// <summary>
/// Writes records to their places by several threads, which fetch the bytes and compute their CRC-32 at once. What is small is
/// put together with its neighbours and written at once; what is large is cut into pieces, and whoever ends the last one joins
/// their CRC-32s and writes what stands behind the record.
/// </summary>
internal sealed class ZipParallelWriter
{
    /// <summary>Files of fewer bytes are written by one thread.</summary>
    internal const long WorthIt = 8 << 20;

    private const int UnitBytes = 4 << 20;
    private const int WriteBytes = 1 << 20;

    private readonly SafeFileHandle _file;
    private readonly bool _isFlushed;
    private readonly WorkList _work = new();
    private readonly List<ZipPlannedRecord> _group = [];
    private long _groupBytes;
    private long _written;

    private ZipParallelWriter(SafeFileHandle file, bool isFlushed)
    {
        _file = file;
        _isFlushed = isFlushed;
    }

    /// <summary>Threads at most. The system lets one at a time write to a file, so few are as fast as many.</summary>
    internal static int MaxThreads { get; set; } = 4;

    /// <summary>Whether the disk is given its work while the rest is made, where all is to be on it at the end.</summary>
    internal static bool StartsWriteOut { get; set; } = true;

    /// <param name="file">Where to.</param>
    /// <param name="records">In the order of their places, which follow one another.</param>
    /// <param name="isFlushed">Whether the file will be flushed to the disk.</param>
    /// <param name="report">Told on this thread how many bytes of payload more were written.</param>
    /// <param name="cancellationToken">Stops between pieces.</param>
    internal static void Write(SafeFileHandle file, IReadOnlyList<ZipPlannedRecord> records, bool isFlushed, Action<int>? report, CancellationToken cancellationToken)
    {
        var writer = new ZipParallelWriter(file, isFlushed);
        foreach (var record in records)
        {
            writer.Add(record);
        }

        writer.EndGroup();
        long reported = 0;
        writer._work.Run(UnitBytes, cancellationToken, MaxThreads, Report);
        Report();

        void Report()
        {
            var count = (int)(Interlocked.Read(ref writer._written) - reported);
            if (count > 0)
            {
                reported += count;
                report?.Invoke(count);
            }
        }
    }

    private void Add(ZipPlannedRecord record)
    {
        var bytes = record.Header.Length + record.Size + ZipRecordWriter.DescriptorLength(record.Size, record.Offset);
        if (bytes > UnitBytes)
        {
            EndGroup();
            Split(record);
            return;
        }

        if (_groupBytes + bytes > UnitBytes)
        {
            EndGroup();
        }

        _group.Add(record);
        _groupBytes += bytes;
    }

    private void EndGroup()
    {
        if (_group.Count > 0)
        {
            ZipPlannedRecord[] group = [.. _group];
            _work.Add(_groupBytes, buffer => WriteGroup(group, buffer.Span));
            _group.Clear();
            _groupBytes = 0;
        }
    }

    private void Split(ZipPlannedRecord record)
    {
        var crcs = new uint[(record.Size + UnitBytes - 1) / UnitBytes];
        var missing = crcs.Length;
        for (var i = 0; i < crcs.Length; i++)
        {
            var piece = i;
            var (offset, length) = ((long)i * UnitBytes, (int)Math.Min(UnitBytes, record.Size - ((long)i * UnitBytes)));
            _work.Add(length, buffer => Named(record, () =>
            {
                crcs[piece] = WritePiece(record, offset, buffer.Span[..length]);
                if (Interlocked.Decrement(ref missing) == 0)
                {
                    End(record, crcs);
                }
            }));
        }
    }

    private void WriteGroup(ZipPlannedRecord[] group, Span<byte> buffer)
    {
        var used = 0;
        foreach (var record in group)
        {
            record.Header.CopyTo(buffer[used..]);
            used += record.Header.Length;
            var bytes = buffer.Slice(used, (int)record.Size);
            Named(record, bytes, static (record, bytes) =>
            {
                Unchecked(record).Read(0, bytes);
                record.Crc = Crc32.HashToUInt32(bytes);
                (record.Payload as ZipRecordSource)?.Verify(record.Crc);
            });
            used += bytes.Length;
            var end = ZipRecordWriter.Descriptor(record.Crc, record.Size, record.Offset);
            end.CopyTo(buffer[used..]);
            used += end.Length;
        }

        Write(buffer[..used], group[0].Offset);
        _ = Interlocked.Add(ref _written, group.Sum(record => record.Size));
    }

    private uint WritePiece(ZipPlannedRecord record, long offset, Span<byte> buffer)
    {
        var payload = Unchecked(record);
        if (!payload.TryGetSpan(offset, buffer.Length, out var bytes))
        {
            payload.Read(offset, buffer);
            bytes = buffer;
        }

        if (offset == 0)
        {
            RandomAccess.Write(_file, record.Header, record.Offset);
        }

        // Small parts are still in the processor's cache when they are written.
        var crc = new Crc32();
        for (var done = 0; done < bytes.Length; done += WriteBytes)
        {
            var part = bytes.Slice(done, Math.Min(WriteBytes, bytes.Length - done));
            crc.Append(part);
            RandomAccess.Write(_file, part, record.PayloadOffset + offset + done);
            _ = Interlocked.Add(ref _written, part.Length);
        }

        StartWriteOut(record.PayloadOffset + offset, bytes.Length);
        return crc.GetCurrentHashAsUInt32();
    }

    private void End(ZipPlannedRecord record, uint[] crcs)
    {
        record.Crc = crcs[0];
        for (var i = 1; i < crcs.Length; i++)
        {
            record.Crc = CrcJoin.Join(record.Crc, crcs[i], Math.Min(UnitBytes, record.Size - ((long)i * UnitBytes)));
        }

        (record.Payload as ZipRecordSource)?.Verify(record.Crc);
        RandomAccess.Write(_file, ZipRecordWriter.Descriptor(record.Crc, record.Size, record.Offset), record.PayloadOffset + record.Size);
    }

    private void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        RandomAccess.Write(_file, bytes, offset);
        StartWriteOut(offset, bytes.Length);
    }

    private void StartWriteOut(long offset, long length)
    {
        if (_isFlushed && StartsWriteOut)
        {
            WriteOut.Start(_file, offset, length);
        }
    }

    // The bytes of an open archive are checked by the CRC-32 that is computed here, and need no pass of their own.
    private static ByteSource Unchecked(ZipPlannedRecord record) =>
        record.Payload is ZipRecordSource source ? source.UncheckedAsync(async: false, CancellationToken.None).Complete() : record.Payload;

    private static void Named(ZipPlannedRecord record, Action write) => Named(record, write, static (_, write) => write());

    private static void Named<T>(ZipPlannedRecord record, T argument, Action<ZipPlannedRecord, T> write)
        where T : allows ref struct
    {
        try
        {
            write(record, argument);
        }
        catch (CheckpointException error) when (error.TensorName is null)
        {
            error.TensorName = record.TensorName;
            throw;
        }
    }
}
