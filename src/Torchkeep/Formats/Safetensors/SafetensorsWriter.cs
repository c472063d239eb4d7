using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;
using Torchkeep.Tensors;

namespace Torchkeep.Formats.Safetensors;

/// <summary>Writes a dictionary of tensors as safetensors does: the header's length, the header, filled up with spaces, the tensors.</summary>
internal static class SafetensorsWriter
{
    internal static async ValueTask WriteAsync(SaveJob job, Stream stream)
    {
        var (tensors, aliases) = SafetensorsTensors.Of(job);
        var header = Header(tensors, [.. job.Options.Metadata, .. aliases]);
        var writer = new PayloadWriter(stream, job, tensors.Sum(tensor => tensor.View.ByteLength));
        await writer.WriteAsync(header).ConfigureAwait(false);
        writer.Report(0);
        foreach (var tensor in tensors)
        {
            await writer.WriteAsync(ViewByteSource.Of(tensor.View), tensor.Name).ConfigureAwait(false);
        }
    }

    private static ReadOnlyMemory<byte> Header(List<SafetensorsTensor> tensors, List<KeyValuePair<string, string>> metadata)
    {
        var bytes = new ArrayBufferWriter<byte>(4096);
        bytes.Advance(SafetensorsConstants.LengthSize);
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            WriteMetadata(json, metadata);
            long position = 0;
            foreach (var tensor in tensors)
            {
                json.WriteStartObject(tensor.Utf8Name);
                WriteTensor(json, tensor.View, ref position);
                json.WriteEndObject();
                if (bytes.WrittenCount + json.BytesPending > SafetensorsConstants.MaxHeaderBytes)
                {
                    SafetensorsThrow.HeaderTooLong(tensors.Count);
                }
            }

            json.WriteEndObject();
        }

        while (bytes.WrittenCount % SafetensorsConstants.HeaderAlignment != 0)
        {
            bytes.Write(" "u8);
        }

        var header = bytes.WrittenMemory.ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(header, header.Length - SafetensorsConstants.LengthSize);
        return header;
    }

    private static void WriteMetadata(Utf8JsonWriter json, List<KeyValuePair<string, string>> metadata)
    {
        if (metadata.Count == 0)
        {
            return;
        }

        json.WriteStartObject(SafetensorsConstants.Metadata);
        foreach (var (key, value) in metadata)
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    private static void WriteTensor(Utf8JsonWriter json, TensorView view, ref long position)
    {
        json.WriteString(SafetensorsConstants.ElementType, SafetensorsConstants.Dtypes[SafetensorsConstants.Ranks[view.ElementType]].Code);
        json.WriteStartArray(SafetensorsConstants.Shape);
        for (var i = 0; i < view.Shape.Length; i++)
        {
            // The header counts values, PyTorch the bytes that hold two of them.
            json.WriteNumberValue(view.ElementType == ElementType.Float4E2M1FnX2 && i == view.Shape.Length - 1 ? 2 * view.Shape[i] : view.Shape[i]);
        }

        json.WriteEndArray();
        json.WriteStartArray(SafetensorsConstants.Offsets);
        json.WriteNumberValue(position);
        json.WriteNumberValue(position += view.ByteLength);
        json.WriteEndArray();
    }
}
