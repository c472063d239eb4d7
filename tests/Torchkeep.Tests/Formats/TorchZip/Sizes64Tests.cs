using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace Torchkeep.Tests.Formats.TorchZip;

/// <summary>Sizes of 64 bits in a record's own header, which Python 3.11.4 and newer writes with <c>force_zip64</c>.</summary>
public sealed class Sizes64Tests
{
    private const uint Masked = uint.MaxValue;

    public static TheoryData<uint, ulong[], bool, bool> Headers => new()
    {
        // What stands in the 32 bits, the numbers of the field, whether a descriptor follows, whether it is right.
        { 0, [4, 4], false, true },
        { 0, [], false, true },
        { Masked, [4, 4], false, true },
        { Masked, [], false, false },
        { Masked, [4], false, false },
        { Masked, [5, 4], false, false },
        { Masked, [4, 5], false, false },
        { Masked, [0, 0], false, false },
        { 0, [5, 5], false, false },
        { 0, [4, 1ul << 40], false, false },
        { Masked, [0, 0], true, true },
        { Masked, [4, 4], true, true },
        { Masked, [4, 5], true, false },
        { 1, [0, 0], true, true },
        { 1, [9, 0], true, false },
    };

    [Theory, MemberData(nameof(Headers))]
    public void TheFieldIsWhatTheHeaderSays(uint size, ulong[] field, bool hasDescriptor, bool isRight)
    {
        var bytes = Archive(size == 0 ? 4 : size == 1 ? 0 : size, field, hasDescriptor);

        var report = CheckpointVerifier.Verify(new CountingByteSource(bytes), cancellationToken: TestContext.Current.CancellationToken);
        var rules = CheckpointScanner.Scan(new CountingByteSource(bytes), cancellationToken: TestContext.Current.CancellationToken).Findings.Select(finding => finding.Rule);

        Assert.Equal(isRight, report.IsWhole);
        Assert.Equal(!isRight, rules.Contains(ScanRule.HeadersDisagree));
        Assert.Equal([7, 8, 9, 10], Checkpoint.Open(bytes).Root.AsTensor().ToArray<byte>());
    }

    private static byte[] Archive(uint size, ulong[] field, bool hasDescriptor)
    {
        var pickle = PickleBytes.Protocol2(PickleBytes.TensorV2(PickleBytes.Storage("ByteStorage", "0", 4), 0, [4], [1]));
        byte[] payload = [7, 8, 9, 10];
        var stream = new MemoryStream();
        (string Name, byte[] Bytes, byte[] Local, uint Offset)[] records =
        [
            Write(stream, "a/data.pkl", pickle, (uint)pickle.Length, [], false),
            Write(stream, "a/data/0", payload, size, field, hasDescriptor),
            Write(stream, "a/version", "3\n"u8.ToArray(), 2, [], false),
        ];
        var start = (uint)stream.Position;
        foreach (var record in records)
        {
            var name = Encoding.ASCII.GetBytes(record.Name);
            stream.Write([.. "PK\x01\x02"u8, 20, 0, .. record.Local, .. UInt32((uint)record.Bytes.Length), .. UInt32((uint)record.Bytes.Length), (byte)name.Length, 0, .. new byte[12], .. UInt32(record.Offset), .. name]);
        }

        var length = (uint)stream.Position - start;
        stream.Write([.. "PK\x05\x06"u8, 0, 0, 0, 0, 3, 0, 3, 0, .. UInt32(length), .. UInt32(start), 0, 0]);
        return stream.ToArray();
    }

    private static (string Name, byte[] Bytes, byte[] Local, uint Offset) Write(MemoryStream stream, string name, byte[] bytes, uint size, ulong[] field, bool hasDescriptor)
    {
        var offset = (uint)stream.Position;
        var crc = UInt32(Crc32.HashToUInt32(bytes));
        byte[] flags = hasDescriptor ? [20, 0, 8, 0, 0, 0, 0, 0, 0, 0] : [20, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        byte[] extra = field.Length == 0 ? [] : [1, 0, (byte)(8 * field.Length), 0, .. field.SelectMany(BitConverter.GetBytes)];
        stream.Write([.. "PK\x03\x04"u8, .. flags, .. hasDescriptor ? new byte[4] : crc, .. UInt32(size), .. UInt32(size), (byte)name.Length, 0, (byte)extra.Length, 0, .. Encoding.ASCII.GetBytes(name), .. extra, .. bytes]);
        if (hasDescriptor)
        {
            stream.Write([.. "PK\x07\x08"u8, .. crc, .. BitConverter.GetBytes((ulong)bytes.Length), .. BitConverter.GetBytes((ulong)bytes.Length)]);
        }

        return (name, bytes, [.. flags, .. crc], offset);
    }

    private static byte[] UInt32(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }
}
