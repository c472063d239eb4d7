using System.Buffers.Binary;
using System.Runtime.InteropServices;
using static Torchkeep.Tests.PickleBytes;

namespace Torchkeep.Tests.Formats.TorchLegacy;

/// <summary>The stream format, spelled piece by piece.</summary>
internal static class LegacyBytes
{
    internal static readonly float[] Weight = [1, 2, 3, 4, 5, 6];
    internal static readonly float[] Bias = [7, 8];

    internal static byte[] Magic => Convert.FromHexString("80028a0a6cfc9c46f9206aa850192e");

    /// <summary>A state_dict of two tensors.</summary>
    internal static byte[] SmallObject => OrderedDict(
        (Str("weight"), TensorV2(Stored("FloatStorage", "20", 6), 0, [2, 3], [3, 1])),
        (Str("bias"), TensorV2(Stored("FloatStorage", "10", 2), 0, [2], [1])));

    internal static byte[] SmallFile => File(SmallObject, Floats("10", Bias), Floats("20", Weight));

    internal static byte[] Stored(string storageClass, string key, long count, byte[]? window = null) =>
        [.. Tuple(Str("storage"), Global("torch", storageClass), Str(key), Str("cpu"), Int(count), window ?? None), (byte)'Q'];

    internal static (string Key, long Count, byte[] Bytes) Floats(string key, params float[] elements) =>
        (key, elements.Length, MemoryMarshal.AsBytes(elements.AsSpan()).ToArray());

    /// <summary>A whole file; the keys are in the order of the storages.</summary>
    internal static byte[] File(byte[] root, params (string Key, long Count, byte[] Bytes)[] storages) =>
        [.. Head(), .. Protocol2(root), .. Keys([.. storages.Select(storage => storage.Key)]), .. storages.SelectMany(storage => Block(storage.Count, storage.Bytes))];

    /// <summary>The three pickles before the object.</summary>
    internal static byte[] Head(long version = 1001, bool isLittleEndian = true) =>
    [
        .. Magic,
        .. Protocol2(Int(version)),
        .. Protocol2(Dict((Str("protocol_version"), Int(version)), (Str("little_endian"), isLittleEndian ? True : False))),
    ];

    internal static byte[] Keys(params string[] keys) => Protocol2(List([.. keys.Select(Str)]));

    internal static byte[] Block(long count, byte[] bytes)
    {
        var head = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(head, count);
        return [.. head, .. bytes];
    }

    internal static void AssertWhole(Checkpoint checkpoint)
    {
        Assert.Equal(Weight, checkpoint.FindTensor("weight").ToArray<float>());
        Assert.Equal(Bias, checkpoint.FindTensor("bias").ToArray<float>());
    }
}
