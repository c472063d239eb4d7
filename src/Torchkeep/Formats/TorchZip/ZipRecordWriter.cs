using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using Torchkeep.IO;

namespace Torchkeep.Formats.TorchZip;

/// <summary>
/// Writes stored, aligned records front to back, byte for byte as PyTorch's writer does: sizes and CRCs follow the
/// payload, so the stream need not seek (caffe2/serialize/inline_container.cc; format notes in docs/formats/torch-zip.md).
/// </summary>
internal sealed class ZipRecordWriter(Stream stream, int alignment, bool async, CancellationToken cancellationToken) : IDisposable
{
    private const int BufferSize = 1 << 20;

    private readonly List<WrittenRecord> _records = [];
    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
    private long _position;

    /// <summary>The records so far, in order.</summary>
    internal IEnumerable<WrittenRecord> Records => _records;

    internal async ValueTask WriteAsync(string name, ByteSource payload, Action<int>? progress = null)
    {
        var encodedName = Encoding.UTF8.GetBytes(name);
        var offset = _position;
        await WriteAsync(LocalHeader(encodedName, payload.Length, offset)).ConfigureAwait(false);

        // The bytes of an open archive are checked by the CRC-32 that is computed here, and need no pass of their own.
        var checkedSource = payload as ZipRecordSource;
        if (checkedSource is not null)
        {
            payload = await checkedSource.UncheckedAsync(async, cancellationToken).ConfigureAwait(false);
        }

        var crc = new Crc32();
        for (long done = 0; done < payload.Length;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = (int)Math.Min(BufferSize, payload.Length - done);
            if (!async && payload.TryGetSpan(done, count, out var inPlace))
            {
                crc.Append(inPlace);
                stream.Write(inPlace);
                _position += count;
            }
            else
            {
                await payload.ReadAsync(done, _buffer.AsMemory(0, count), async, cancellationToken).ConfigureAwait(false);
                crc.Append(_buffer.AsSpan(0, count));
                await WriteAsync(_buffer.AsMemory(0, count)).ConfigureAwait(false);
            }

            done += count;
            progress?.Invoke(count);
        }

        checkedSource?.Verify(crc.GetCurrentHashAsUInt32());
        var record = new WrittenRecord(encodedName, crc.GetCurrentHashAsUInt32(), payload.Length, offset);
        _records.Add(record);
        if (record.Size > 0)
        {
            await WriteAsync(Descriptor(record.Crc, record.Size, record.Offset)).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Writes records one after another: by several threads where they are many bytes and go to a file of this save, which
    /// takes them at any place.
    /// </summary>
    /// <param name="records">Names, bytes, and what messages call them.</param>
    /// <param name="file">The stream's file, or null where it is not this save's.</param>
    /// <param name="isFlushed">Whether the file will be flushed to the disk.</param>
    /// <param name="progress">Told of every part of the bytes.</param>
    internal async ValueTask WriteAllAsync(
        IReadOnlyList<(string Name, ByteSource Bytes, string? TensorName)> records, FileStream? file, bool isFlushed, Action<int> progress)
    {
        if (file is not null && !async && records.Sum(record => record.Bytes.Length) >= ZipParallelWriter.WorthIt)
        {
            WriteAll(records, file, isFlushed, progress);
            return;
        }

        foreach (var (name, bytes, tensorName) in records)
        {
            try
            {
                await WriteAsync(name, bytes, progress).ConfigureAwait(false);
            }
            catch (CheckpointException error) when (error.TensorName is null)
            {
                error.TensorName = tensorName;
                throw;
            }
        }
    }

    internal async ValueTask FinishAsync()
    {
        var start = _position;
        var directory = new ArrayBufferWriter<byte>(_records.Count * (ZipFields.CentralHeaderSize + 32));
        foreach (var record in _records)
        {
            AppendCentral(directory, record);
        }

        AppendEnd(directory, start, directory.WrittenCount);
        await WriteAsync(directory.WrittenMemory).ConfigureAwait(false);
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    private async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        if (async)
        {
            await stream.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            stream.Write(bytes.Span);
        }

        _position += bytes.Length;
    }

    private void WriteAll(IReadOnlyList<(string Name, ByteSource Bytes, string? TensorName)> records, FileStream file, bool isFlushed, Action<int> progress)
    {
        List<ZipPlannedRecord> planned = [];
        foreach (var (name, bytes, tensorName) in records)
        {
            var encodedName = Encoding.UTF8.GetBytes(name);
            var record = new ZipPlannedRecord(encodedName, LocalHeader(encodedName, bytes.Length, _position), bytes, _position, tensorName);
            planned.Add(record);
            _position = record.PayloadOffset + record.Size + DescriptorLength(record.Size, record.Offset);
        }

        ZipParallelWriter.Write(file.SafeFileHandle, planned, isFlushed, progress, cancellationToken);
        _records.AddRange(planned.Select(record => new WrittenRecord(record.Name, record.Crc, record.Size, record.Offset)));
        file.Position = _position;
    }

    private byte[] LocalHeader(byte[] name, long size, long offset)
    {
        // A block for 64 bits stands here only if a number needs it, and leaves the compressed size zero.
        var (bigSize, bigOffset) = (size >= ZipFields.In64, offset >= ZipFields.In64);
        var numbers = (bigSize ? 2 * sizeof(ulong) : 0) + (bigOffset ? sizeof(ulong) : 0);
        var block = numbers == 0 ? 0 : (2 * sizeof(ushort)) + numbers;
        var fixedPart = ZipFields.LocalHeaderSize + name.Length + block + (2 * sizeof(ushort));
        var padding = (int)(-(offset + fixedPart) & (alignment - 1));

        var fields = new Fields(fixedPart + padding);
        fields.Add(ZipFields.LocalSignature);
        fields.Add((ushort)0);
        fields.Add(Flags(size));
        fields.Add(ZipFields.Stored);
        fields.Add(0u); // time and date
        fields.Add(0u); // crc and both sizes follow the payload
        fields.Add(0u);
        fields.Add(0u);
        fields.Add((ushort)name.Length);
        fields.Add((ushort)(block + (2 * sizeof(ushort)) + padding));
        fields.Add(name);
        if (block > 0)
        {
            fields.Add(ZipFields.Extra64Tag);
            fields.Add((ushort)numbers);
            if (bigSize)
            {
                fields.Add((ulong)size);
                fields.Add(0ul);
            }

            if (bigOffset)
            {
                fields.Add((ulong)offset);
            }
        }

        fields.Add(ZipFields.ExtraPaddingTag);
        fields.Add((ushort)padding);
        fields.Fill(padding, ZipFields.PaddingByte);
        return fields.Bytes;
    }

    /// <summary>The length of what stands behind a record.</summary>
    internal static int DescriptorLength(long size, long offset) =>
        size == 0 ? 0 : (2 * sizeof(uint)) + (2 * (Is64(size, offset) ? sizeof(ulong) : sizeof(uint)));

    /// <summary>What stands behind a record: nothing where it has no bytes.</summary>
    internal static byte[] Descriptor(uint crc, long size, long offset)
    {
        if (size == 0)
        {
            return [];
        }

        var fields = new Fields(DescriptorLength(size, offset));
        fields.Add(ZipFields.DescriptorSignature);
        fields.Add(crc);
        for (var i = 0; i < 2; i++)
        {
            if (Is64(size, offset))
            {
                fields.Add((ulong)size);
            }
            else
            {
                fields.Add((uint)size);
            }
        }

        return fields.Bytes;
    }

    private static bool Is64(long size, long offset) => size >= ZipFields.In64 || offset >= ZipFields.In64;

    private static void AppendCentral(ArrayBufferWriter<byte> directory, WrittenRecord record)
    {
        var (bigSize, bigOffset) = (record.Size >= ZipFields.In64, record.Offset >= ZipFields.In64);
        var numbers = (bigSize ? 2 * sizeof(ulong) : 0) + (bigOffset ? sizeof(ulong) : 0);
        var block = numbers == 0 ? 0 : (2 * sizeof(ushort)) + numbers;
        var size = bigSize ? ZipFields.In64 : (uint)record.Size;

        var fields = new Fields(ZipFields.CentralHeaderSize + record.Name.Length + block);
        fields.Add(ZipFields.CentralSignature);
        fields.Add((ushort)0);
        fields.Add((ushort)0);
        fields.Add(Flags(record.Size));
        fields.Add(ZipFields.Stored);
        fields.Add(0u); // time and date
        fields.Add(record.Crc);
        fields.Add(size);
        fields.Add(size);
        fields.Add((ushort)record.Name.Length);
        fields.Add((ushort)block);
        fields.Fill((3 * sizeof(ushort)) + sizeof(uint), 0); // comment, disk, attributes
        fields.Add(bigOffset ? ZipFields.In64 : (uint)record.Offset);
        fields.Add(record.Name);
        if (block > 0)
        {
            fields.Add(ZipFields.Extra64Tag);
            fields.Add((ushort)numbers);
            if (bigSize)
            {
                fields.Add((ulong)record.Size);
                fields.Add((ulong)record.Size);
            }

            if (bigOffset)
            {
                fields.Add((ulong)record.Offset);
            }
        }

        directory.Write(fields.Bytes);
    }

    // PyTorch writes the 64-bit end records always.
    private void AppendEnd(ArrayBufferWriter<byte> directory, long start, long size)
    {
        var fields = new Fields(ZipFields.End64Size + ZipFields.Locator64Size + ZipFields.EndSize);
        fields.Add(ZipFields.End64Signature);
        fields.Add((ulong)(ZipFields.End64Size - sizeof(uint) - sizeof(ulong)));
        fields.Add((ushort)0x031e); // made by
        fields.Add((ushort)45); // needed: 4.5, zip64
        fields.Add(0ul); // disks
        fields.Add((ulong)_records.Count);
        fields.Add((ulong)_records.Count);
        fields.Add((ulong)size);
        fields.Add((ulong)start);

        fields.Add(ZipFields.Locator64Signature);
        fields.Add(0u);
        fields.Add((ulong)(start + size));
        fields.Add(1u);

        var count = (ushort)Math.Min(_records.Count, ZipFields.In64Short);
        fields.Add(ZipFields.EndSignature);
        fields.Add(0u); // disks
        fields.Add(count);
        fields.Add(count);
        fields.Add((uint)Math.Min(size, ZipFields.In64));
        fields.Add((uint)Math.Min(start, ZipFields.In64));
        fields.Add((ushort)0);
        directory.Write(fields.Bytes);
    }

    private static ushort Flags(long size) => (ushort)(ZipFields.Utf8Flag | (size > 0 ? ZipFields.DescriptorFlag : 0));

    /// <summary>A record that is written.</summary>
    internal sealed record WrittenRecord(byte[] Name, uint Crc, long Size, long Offset);

    /// <summary>Little-endian numbers one after another.</summary>
    private ref struct Fields(int length)
    {
        private int _at;

        internal byte[] Bytes { get; } = new byte[length];

        internal void Add(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Next(sizeof(ushort)), value);

        internal void Add(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Next(sizeof(uint)), value);

        internal void Add(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Next(sizeof(ulong)), value);

        internal void Add(ReadOnlySpan<byte> value) => value.CopyTo(Next(value.Length));

        internal void Fill(int count, byte value) => Next(count).Fill(value);

        private Span<byte> Next(int count)
        {
            _at += count;
            return Bytes.AsSpan(_at - count, count);
        }
    }
}
