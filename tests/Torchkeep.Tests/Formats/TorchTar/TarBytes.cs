using System.Buffers.Binary;
using System.Formats.Tar;
using System.Runtime.InteropServices;
using static Torchkeep.Tests.PickleBytes;

namespace Torchkeep.Tests.Formats.TorchTar;

/// <summary>The tar format, spelled piece by piece.</summary>
internal static class TarBytes
{
    internal static byte[] Root => OrderedDict((Str("weight"), Persistent("100")), (Str("bias"), Persistent("101")));

    internal static byte[] Storages => [.. Protocol2(Int(1)), .. StorageRow(6, [1, 2, 3, 4, 5, 6]), .. Protocol2(List(Ints(2, 1, 4, 2)))];

    internal static byte[] Tensors => [.. Protocol2(Int(2)), .. TensorRow(100, 1, [2, 3], [3, 1], 0), .. TensorRow(101, 2, [2], [1], 0)];

    internal static byte[] SmallFile => File();

    internal static byte[] Persistent(string key) => [.. Str(key), (byte)'Q'];

    internal static byte[] StorageRow(long count, float[] elements) =>
        [.. Protocol2(Tuple(Int(1), Str("cpu"), Global("torch", "FloatStorage"))), .. Numbers(count), .. MemoryMarshal.AsBytes(elements.AsSpan())];

    internal static byte[] TensorRow(long key, long storage, long[] shape, long[] strides, long offset) =>
        [.. Protocol2(Tuple(Int(key), Int(storage), Global("torch", "FloatTensor"))), .. Numbers([shape.Length, .. shape, .. strides, offset])];

    internal static byte[] File(byte[]? root = null, byte[]? tensors = null, byte[]? storages = null) => Tar(
        ("sys_info", Protocol2(Dict((Str("protocol_version"), Int(1000))))),
        ("pickle", Protocol2(root ?? Root)),
        ("tensors", tensors ?? Tensors),
        ("storages", storages ?? Storages));

    internal static byte[] Tar(params (string Name, byte[] Bytes)[] members)
    {
        var stream = new MemoryStream();
        using (var writer = new TarWriter(stream, TarEntryFormat.Pax))
        {
            foreach (var (name, bytes) in members)
            {
                writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(bytes) });
            }
        }

        return stream.ToArray();
    }

    private static byte[] Numbers(params long[] numbers)
    {
        var bytes = new byte[sizeof(long) * numbers.Length];
        for (var i = 0; i < numbers.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(i * sizeof(long)), numbers[i]);
        }

        return bytes;
    }
}
