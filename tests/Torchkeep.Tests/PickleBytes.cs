using System.Buffers.Binary;
using System.Text;

namespace Torchkeep.Tests;

/// <summary>Pickles spelled value by value, independent of the writer under test: each method is the opcodes of one value.</summary>
internal static class PickleBytes
{
    internal static byte[] None => "N"u8.ToArray();

    internal static byte[] True => [0x88];

    internal static byte[] False => [0x89];

    /// <summary>A whole pickle of protocol 2.</summary>
    internal static byte[] Protocol2(byte[] value) => [0x80, 2, .. value, (byte)'.'];

    internal static byte[] Int(long value)
    {
        var bytes = new byte[10];
        (bytes[0], bytes[1]) = (0x8a, 8);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(2), value);
        return bytes;
    }

    internal static byte[] Float(double value)
    {
        var bytes = new byte[9];
        bytes[0] = (byte)'G';
        BinaryPrimitives.WriteDoubleBigEndian(bytes.AsSpan(1), value);
        return bytes;
    }

    internal static byte[] Str(string value)
    {
        var text = Encoding.UTF8.GetBytes(value);
        var head = new byte[5];
        head[0] = (byte)'X';
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(1), text.Length);
        return [.. head, .. text];
    }

    internal static byte[] Global(string module, string name) => Encoding.UTF8.GetBytes($"c{module}\n{name}\n");

    internal static byte[] Tuple(params byte[][] items) => [(byte)'(', .. items.SelectMany(item => item), (byte)'t'];

    internal static byte[] List(params byte[][] items) => [(byte)']', (byte)'(', .. items.SelectMany(item => item), (byte)'e'];

    internal static byte[] Dict(params (byte[] Key, byte[] Value)[] entries) =>
        [(byte)'}', (byte)'(', .. entries.SelectMany(entry => (byte[])[.. entry.Key, .. entry.Value]), (byte)'u'];

    internal static byte[] Call(byte[] callable, params byte[][] arguments) => [.. callable, .. Tuple(arguments), (byte)'R'];

    internal static byte[] Build(byte[] target, byte[] state) => [.. target, .. state, (byte)'b'];

    internal static byte[] OrderedDict(params (byte[] Key, byte[] Value)[] entries) =>
        [.. Call(Global("collections", "OrderedDict")), .. Dict(entries)[1..]];

    internal static byte[] Ints(params long[] items) => Tuple([.. items.Select(Int)]);

    /// <summary>A storage of the zip format.</summary>
    internal static byte[] Storage(string storageClass, string key, long count, string location = "cpu") =>
        [.. Tuple(Str("storage"), Global("torch", storageClass), Str(key), Str(location), Int(count)), (byte)'Q'];

    internal static byte[] TensorV2(byte[] storage, long offset, long[] size, long[] stride, bool requiresGrad = false) =>
        Call(Global("torch._utils", "_rebuild_tensor_v2"), storage, Int(offset), Ints(size), Ints(stride), requiresGrad ? True : False, OrderedDict());

    internal static byte[] TensorV3(byte[] storage, long offset, long[] size, long[] stride, string dtype) =>
        Call(Global("torch._utils", "_rebuild_tensor_v3"), storage, Int(offset), Ints(size), Ints(stride), False, OrderedDict(), Global("torch", dtype));
}
