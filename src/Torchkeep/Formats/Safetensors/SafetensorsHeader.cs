using System.Text.Json;

namespace Torchkeep.Formats.Safetensors;

/// <summary>
/// Parses the header: an object with an entry for each tensor (safetensors/src/tensor.rs, <c>HashMetadata</c> and
/// <c>TensorInfo</c>). Two entries of one name are refused; the reader of safetensors takes the last.
/// </summary>
internal ref struct SafetensorsHeader
{
    private readonly ByteSource _source;
    private readonly long _maxTensors;
    private readonly List<SafetensorsEntry> _tensors = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private JsonCursor _json;

    private SafetensorsHeader(ReadOnlySpan<byte> json, ByteSource source, long maxTensors)
    {
        _source = source;
        _maxTensors = maxTensors;
        _json = new(json, source.Name, SafetensorsConstants.LengthSize);
    }

    /// <summary>The tensors in the header's order, and the texts beside them.</summary>
    internal static (List<SafetensorsEntry> Tensors, Dictionary<string, string> Metadata) Parse(ReadOnlySpan<byte> json, ByteSource source, long maxTensors)
    {
        var text = json.TrimEnd((byte)0);
        if (text.Length < json.Length)
        {
            SafetensorsThrow.PaddedWithNul(source, json.Length - text.Length, SafetensorsConstants.LengthSize + text.Length);
        }

        var header = new SafetensorsHeader(json, source, maxTensors);
        header.Read();
        return (header._tensors, header._metadata);
    }

    private void Read()
    {
        _json.Read(JsonTokenType.StartObject, "the header must be an object");
        while (_json.TryReadName(out var name))
        {
            if (!_names.Add(name))
            {
                _json.Refuse("the header has this entry twice, and readers differ in which they take", name);
            }

            if (name == SafetensorsConstants.Metadata)
            {
                ReadMetadata();
            }
            else if (_tensors.Count == _maxTensors)
            {
                SafetensorsThrow.TooManyTensors(_source, _maxTensors);
            }
            else
            {
                _tensors.Add(ReadTensor(name));
            }
        }

        // Anything but space behind it is an error of its own.
        _json.Read();
    }

    private void ReadMetadata()
    {
        const string Expected = $"'{SafetensorsConstants.Metadata}' must be an object of texts";
        _json.Read();
        if (_json.Token == JsonTokenType.Null)
        {
            return;
        }

        _json.Expect(JsonTokenType.StartObject, Expected);
        while (_json.TryReadName(out var key))
        {
            _json.Read(JsonTokenType.String, $"the entry {new PyString(key).Brief} of '{SafetensorsConstants.Metadata}' must be a text, and no reader of safetensors takes it else");
            if (!_metadata.TryAdd(key, _json.Text()))
            {
                _json.Refuse($"'{SafetensorsConstants.Metadata}' has an entry twice, and readers differ in which they take");
            }
        }
    }

    private SafetensorsEntry ReadTensor(string name)
    {
        ElementType? type = null;
        long[]? shape = null;
        (long Begin, long End)? offsets = null;
        try
        {
            _json.Read(JsonTokenType.StartObject, "a tensor must be an object with dtype, shape and data_offsets");
            while (_json.TryReadName(out var field))
            {
                switch (field)
                {
                    case SafetensorsConstants.ElementType:
                        CheckFirst(type is null, field);
                        type = ReadElementType();
                        break;
                    case SafetensorsConstants.Shape:
                        CheckFirst(shape is null, field);
                        shape = ReadShape();
                        break;
                    case SafetensorsConstants.Offsets:
                        CheckFirst(offsets is null, field);
                        offsets = ReadOffsets();
                        break;
                    default:
                        _json.Skip();
                        break;
                }
            }
        }
        catch (CheckpointException error)
        {
            error.TensorName = name;
            throw;
        }

        if (type is null || shape is null || offsets is null)
        {
            _json.Refuse($"the tensor has no {(type is null ? SafetensorsConstants.ElementType : shape is null ? SafetensorsConstants.Shape : SafetensorsConstants.Offsets)}", name);
        }

        return new(name, type.Value, shape, offsets.Value.Begin, offsets.Value.End);
    }

    private readonly void CheckFirst(bool isFirst, string field)
    {
        if (!isFirst)
        {
            _json.Refuse($"the tensor has {field} twice");
        }
    }

    private ElementType ReadElementType()
    {
        _json.Read(JsonTokenType.String, $"{SafetensorsConstants.ElementType} must be a text");
        var code = _json.Text();
        if (!SafetensorsConstants.ByCode.TryGetValue(code, out var type))
        {
            SafetensorsThrow.UnknownElementType(_source, code, _json.Offset);
        }

        return type;
    }

    private long[] ReadShape()
    {
        const string Expected = $"{SafetensorsConstants.Shape} must be an array of numbers from 0 on";
        _json.Read(JsonTokenType.StartArray, Expected);
        var sizes = new List<long>();
        while (_json.Read() && _json.Token != JsonTokenType.EndArray)
        {
            sizes.Add(_json.ToNumber(Expected));
        }

        return [.. sizes];
    }

    private (long Begin, long End) ReadOffsets()
    {
        const string Expected = $"{SafetensorsConstants.Offsets} must be two numbers from 0 on";
        _json.Read(JsonTokenType.StartArray, Expected);
        var begin = _json.ReadNumber(Expected);
        var end = _json.ReadNumber(Expected);
        _json.Read(JsonTokenType.EndArray, Expected);
        return (begin, end);
    }
}
