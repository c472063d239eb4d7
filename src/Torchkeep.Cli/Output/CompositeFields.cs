using System.Text.Json;

namespace Torchkeep.Cli.Output;

/// <summary>The JSON fields of a tensor that is no single strided view.</summary>
internal static class CompositeFields
{
    internal static void Write(Utf8JsonWriter json, PyCompositeTensor tensor, Survey survey)
    {
        json.WriteString("type", JsonReport.Text(tensor.TypeName));
        if (tensor.ElementType is { } type)
        {
            json.WriteString("dtype", ElementTypeInfo.Of(type).ToString());
        }

        switch (tensor)
        {
            case PySparseTensor sparse:
                WriteNumbers(json, "shape", sparse.Shape.AsSpan());
                if (sparse.IsCoalesced is { } isCoalesced)
                {
                    json.WriteBoolean("is_coalesced", isCoalesced);
                }

                break;
            case PyQuantizedTensor quantized:
                WriteQuantized(json, quantized, survey);
                break;
            case PyNestedTensor nested:
                json.WriteNumber("count", nested.Count);
                break;
            case PyWrapperTensor wrapper:
                WriteNumbers(json, "shape", wrapper.Shape.AsSpan());
                break;
        }

        json.WriteString("layout", JsonReport.Text(tensor.Layout));
        json.WriteBoolean("requires_grad", tensor.RequiresGrad);
        if (tensor.Parts is [{ Value.View.Storage.Location: var location }, ..])
        {
            json.WriteString("location", JsonReport.Text(location));
        }

        foreach (var (name, part) in tensor.Parts)
        {
            if (survey.HashOf(part) is { } hash)
            {
                json.WriteString($"{name}_sha256", hash);
            }
        }
    }

    internal static void WriteNumbers(Utf8JsonWriter json, string name, ReadOnlySpan<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (var number in numbers)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }

    private static void WriteQuantized(Utf8JsonWriter json, PyQuantizedTensor tensor, Survey survey)
    {
        var view = tensor.Integers;
        WriteNumbers(json, "shape", tensor.Shape.AsSpan());
        if (view.Shape.Length == tensor.Shape.Length)
        {
            WriteNumbers(json, "stride", view.Strides.AsSpan());
        }

        json.WriteNumber("storage_offset", view.StorageOffset);
        json.WriteNumber("storage_nbytes", view.Storage.ByteLength);
        json.WriteNumber("storage_id", survey.UseOf(view.Storage).Id);
        json.WriteString("qscheme", tensor.Scheme);
        if (tensor.IsPerChannel)
        {
            json.WriteNumber("q_per_channel_axis", tensor.Axis);
        }
        else
        {
            WriteScale(json, tensor.Scale);
            json.WriteNumber("q_zero_point", tensor.ZeroPoint);
        }
    }

    // JSON has no word for what is no number.
    private static void WriteScale(Utf8JsonWriter json, double scale)
    {
        if (double.IsFinite(scale))
        {
            json.WriteNumber("q_scale", scale);
        }
        else
        {
            json.WriteString("q_scale", new PyFloat(scale).ToString());
        }
    }
}
