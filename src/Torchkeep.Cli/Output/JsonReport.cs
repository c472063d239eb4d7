using System.Security.Cryptography;
using System.Text.Json;

namespace Torchkeep.Cli.Output;

/// <summary>The object that <c>--json</c> writes; docs/cli.md describes every field. It is streamed, whatever its size.</summary>
internal static class JsonReport
{
    private const int FlushAt = 1 << 16;

    // A program that wants a megabyte of text opens the checkpoint itself.
    private const int MaxTextLength = 1 << 16;

    internal static void Write(Stream output, string file, CheckpointFile opened, Survey survey)
    {
        // Control characters are escaped all the same; quotes in paths stay readable.
        using var json = new Utf8JsonWriter(output, SafeJson.Options);
        var checkpoint = opened.Checkpoint;
        json.WriteStartObject();
        json.WriteString("file", file);
        json.WriteString("format", FormatNames.Of[checkpoint.Format].Word);
        json.WriteString("root_type", Text(checkpoint.Root.TypeName));
        if (opened.Count > 1)
        {
            json.WriteNumber("index", opened.Number);
            json.WriteNumber("checkpoints", opened.Count);
        }

        FolderNote.Write(json, opened);
        if (checkpoint.Metadata.Count > 0)
        {
            json.WriteStartObject("metadata");
            foreach (var (key, value) in checkpoint.Metadata)
            {
                json.WriteString(Text(key), Text(value));
            }

            json.WriteEndObject();
        }

        json.WriteStartArray("tensors");
        foreach (var entry in WithoutParts(checkpoint.Walk()))
        {
            if (entry.Above is not null)
            {
                continue;
            }

            if (entry.Value is PyTensor tensor)
            {
                WriteTensor(json, entry, tensor, survey);
            }
            else if (entry.Value is PyCompositeTensor composite)
            {
                json.WriteStartObject();
                json.WriteString("path", entry.Path);
                CompositeFields.Write(json, composite, survey);
                End(json);
            }
        }

        json.WriteEndArray();
        json.WriteStartArray("leaves");
        var hashes = new Dictionary<PyObject, string>(ReferenceEqualityComparer.Instance);
        foreach (var (entry, text) in Leaves(WithoutParts(checkpoint.Walk())))
        {
            WriteLeaf(json, entry, text, hashes);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        output.WriteByte((byte)'\n');
    }

    // A sparse tensor is one tensor, and what it is made of are its fields.
    private static IEnumerable<PyEntry> WithoutParts(IEnumerable<PyEntry> entries)
    {
        var partDepth = int.MaxValue;
        foreach (var entry in entries)
        {
            if (entry.Depth > partDepth)
            {
                continue;
            }

            var isPart = entry.Parent?.Value is PyCompositeTensor whole && whole.Parts.Any(part => part.Value == entry.Value);
            partDepth = isPart ? entry.Depth : int.MaxValue;
            if (!isPart)
            {
                yield return entry;
            }
        }
    }

    // With the repr of a record that is one value.
    private static IEnumerable<(PyEntry Entry, string? Text)> Leaves(IEnumerable<PyEntry> entries)
    {
        var closedAt = int.MaxValue;
        foreach (var entry in entries)
        {
            if (entry.Depth > closedAt || RecordText.IsPartOfDeque(entry))
            {
                continue;
            }

            closedAt = int.MaxValue;
            if (entry is { Above: null, Value: PyTensor or PyCompositeTensor })
            {
                continue;
            }

            var text = entry.Above is null ? ReprOf(entry) : null;
            closedAt = text is null ? int.MaxValue : entry.Depth;
            yield return (entry, text);
        }
    }

    private static void WriteTensor(Utf8JsonWriter json, PyEntry entry, PyTensor tensor, Survey survey)
    {
        var view = tensor.View;
        json.WriteStartObject();
        json.WriteString("path", entry.Path);
        json.WriteString("type", Text(tensor.TypeName));
        json.WriteString("dtype", ElementTypeInfo.Of(view.ElementType).ToString());
        CompositeFields.WriteNumbers(json, "shape", view.Shape.AsSpan());
        CompositeFields.WriteNumbers(json, "stride", view.Strides.AsSpan());
        json.WriteNumber("storage_offset", view.StorageOffset);
        json.WriteNumber("storage_nbytes", view.Storage.ByteLength);
        json.WriteNumber("storage_id", survey.UseOf(view.Storage).Id);
        json.WriteBoolean("requires_grad", tensor.RequiresGrad);
        json.WriteString("location", Text(view.Storage.Location));
        if (survey.HashOf(tensor) is { } hash)
        {
            json.WriteString("sha256", hash);
        }

        End(json);
    }

    private static void WriteLeaf(Utf8JsonWriter json, PyEntry entry, string? text, Dictionary<PyObject, string> hashes)
    {
        json.WriteStartObject();
        json.WriteString("path", entry.Path);
        json.WriteString("type", Text(entry.Value.TypeName));
        var record = entry.Value as PyObject;
        if (entry.Above is { } above)
        {
            json.WriteString("above", above.Path);
        }
        else if (record is not null && text is not null && RecordText.ArrayOf(record) is { } array)
        {
            WriteArray(json, record, array, text, hashes);
        }
        else if (record is not null ? text is null || RecordText.IsContainer(record) || record.TypeName.StartsWith("object ", StringComparison.Ordinal) : ValueText.CountOf(entry.Value) is not null)
        {
            json.WriteBoolean("container", true);
            json.WriteNumber("len", ValueText.CountOf(entry.Value)!.Value);
            WriteRepr(json, text);
        }
        else
        {
            WriteRepr(json, text ?? ValueText.Of(entry.Value, MaxTextLength));
        }

        End(json);
    }

    private static void WriteArray(Utf8JsonWriter json, PyObject record, NumpyArray array, string text, Dictionary<PyObject, string> hashes)
    {
        json.WriteString("dtype", Text(array.Type.ToString()));
        if (record.TypeName != "numpy.ndarray" && array.Shape.IsEmpty)
        {
            WriteRepr(json, text);
            return;
        }

        CompositeFields.WriteNumbers(json, "shape", array.Shape.AsSpan());
        if (array.Items is not null)
        {
            WriteRepr(json, text);
            return;
        }

        if (!hashes.TryGetValue(record, out var hash))
        {
            hash = Convert.ToHexStringLower(SHA256.HashData(array.ToRowMajorBytes().Span));
            hashes.Add(record, hash);
        }

        json.WriteString("sha256", hash);
    }

    private static void WriteRepr(Utf8JsonWriter json, string? text)
    {
        if (text is not null)
        {
            json.WriteString("repr", text);
        }
    }

    private static void End(Utf8JsonWriter json)
    {
        json.WriteEndObject();
        if (json.BytesPending > FlushAt)
        {
            json.Flush();
        }
    }

    /// <summary>About how long the text of a value will be beside its path; of a record that is one value its repr.</summary>
    internal static long LengthOf(PyValue value, string? repr)
    {
        const int Rest = 64;
        return Rest + Math.Min(MaxTextLength, value switch
        {
            PyString text => text.Value.Length,
            PyBytes bytes => bytes.Value.Length,
            PyObject { Callable: PyGlobal name } => name.Module.Length + (long)name.Name.Length + (repr?.Length ?? 0),
            PyGlobal name => name.Module.Length + (long)name.Name.Length,
            PyTensor tensor => tensor.View.Shape.Length + (long)tensor.View.Storage.Location.Length,
            _ => 0,
        });
    }

    /// <summary>The repr of a record that is listed as one value; else null.</summary>
    internal static string? ReprOf(PyEntry entry) => entry.Value is PyObject record ? RecordText.Whole(entry, record, MaxTextLength) : null;

    internal static string Text(string text) => TextCut.Start(text, MaxTextLength);
}
