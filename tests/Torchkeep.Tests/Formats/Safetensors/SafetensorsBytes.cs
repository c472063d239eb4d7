using System.Buffers.Binary;
using System.Text;

namespace Torchkeep.Tests.Formats.Safetensors;

/// <summary>Files of safetensors, the header written out.</summary>
internal static class SafetensorsBytes
{
    /// <summary>Two tensors and a text, in an order that is not that of the data.</summary>
    internal static byte[] Small => File(
        """{"bias":{"dtype":"F32","shape":[],"data_offsets":[8,12]},"__metadata__":{"format":"pt"},"weight":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}""",
        0, 0, 128, 63, 0, 0, 0, 64, 0, 0, 64, 64);

    internal static byte[] File(string header, params ReadOnlySpan<byte> data) => File(Encoding.UTF8.GetBytes(header), data);

    internal static byte[] File(byte[] header, params ReadOnlySpan<byte> data) => [.. Length(header.Length), .. header, .. data];

    internal static byte[] Length(long length)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, length);
        return bytes;
    }

    /// <summary>The header of a file.</summary>
    internal static string HeaderOf(ReadOnlySpan<byte> file) =>
        Encoding.UTF8.GetString(file.Slice(sizeof(long), (int)BinaryPrimitives.ReadInt64LittleEndian(file)));
}
