using System.Buffers.Binary;
using System.Text;

namespace Torchkeep.Tests.Saving;

/// <summary>One record of a written archive, as its directory and its local header tell it; read independently of our reader.</summary>
internal sealed record WrittenZip(string Name, ushort Flags, uint Crc, long Size, long LocalOffset, byte[] CentralExtra, byte[] LocalHeader, byte[] LocalExtra)
{
    private const int LocalSize = 30;
    private const int CentralSize = 46;
    private const int EndsSize = 56 + 20 + 22;

    internal long PayloadOffset => LocalOffset + LocalSize + Encoding.UTF8.GetByteCount(Name) + LocalExtra.Length;

    /// <summary>Where the directory entry starts.</summary>
    internal long CentralOffset { get; private init; }

    /// <summary>The records in the directory's order; the archive ends as PyTorch's do, with three end records and no comment.</summary>
    internal static List<WrittenZip> Parse(ByteSource file)
    {
        var ends = Read(file, file.Length - EndsSize, EndsSize);
        Assert.Equal(0x06064b50u, UInt32(ends, 0));
        var (count, size, start) = (Int64(ends, 32), Int64(ends, 40), Int64(ends, 48));
        Assert.Equal(file.Length - EndsSize, start + size);

        var directory = Read(file, start, (int)size);
        var records = new List<WrittenZip>();
        for (var at = 0; records.Count < count;)
        {
            Assert.Equal(0x02014b50u, UInt32(directory, at));
            var (nameLength, extraLength) = (UInt16(directory, at + 28), UInt16(directory, at + 30));
            var name = Encoding.UTF8.GetString(directory, at + CentralSize, nameLength);
            var extra = directory.AsSpan(at + CentralSize + nameLength, extraLength).ToArray();
            long recordSize = UInt32(directory, at + 24);
            long offset = UInt32(directory, at + 42);
            var in64 = 4;
            recordSize = recordSize == uint.MaxValue ? Next(2) : recordSize;
            offset = offset == uint.MaxValue ? Next(1) : offset;

            var local = Read(file, offset, LocalSize);
            Assert.Equal(0x04034b50u, UInt32(local, 0));
            Assert.Equal(nameLength, UInt16(local, 26));
            Assert.Equal(name, Encoding.UTF8.GetString(Read(file, offset + LocalSize, nameLength)));
            records.Add(new(
                name, UInt16(directory, at + 8), UInt32(directory, at + 16), recordSize, offset, extra, local, Read(file, offset + LocalSize + nameLength, UInt16(local, 28)))
            {
                CentralOffset = start + at,
            });
            at += CentralSize + nameLength + extraLength;

            long Next(int numbers)
            {
                in64 += sizeof(long) * numbers;
                return Int64(extra, in64 - sizeof(long));
            }
        }

        return records;
    }

    internal byte[] Payload(ByteSource file) => Read(file, PayloadOffset, (int)Size);

    internal static byte[] Read(ByteSource file, long offset, int length)
    {
        var bytes = new byte[length];
        file.Read(offset, bytes);
        return bytes;
    }

    internal static ushort UInt16(byte[] bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at));

    internal static uint UInt32(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));

    internal static long Int64(byte[] bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(at));
}
