using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Unicode;

namespace Torchkeep.Formats;

/// <summary>
/// JSON of a file, taken token by token. Nothing is built of it and nothing recurses; whatever is wrong is said with its
/// byte.
/// </summary>
internal ref struct JsonCursor
{
    /// <summary>As deep as the reader of safetensors goes (serde_json's recursion limit).</summary>
    private const int MaxDepth = 128;

    private readonly ReadOnlySpan<byte> _json;
    private readonly string? _file;
    private readonly long _start;
    private Utf8JsonReader _reader;

    /// <summary>Before the first token.</summary>
    /// <param name="json">The text, UTF-8.</param>
    /// <param name="file">What messages call the file.</param>
    /// <param name="start">Where the text starts in the file.</param>
    internal JsonCursor(ReadOnlySpan<byte> json, string? file, long start)
    {
        _json = json;
        _file = file;
        _start = start;
        _reader = new(json, new JsonReaderOptions { MaxDepth = MaxDepth });
        if (!Utf8.IsValid(json))
        {
            Refuse("the JSON text is not UTF-8");
        }
    }

    /// <summary>The token that was taken last.</summary>
    internal readonly JsonTokenType Token => _reader.TokenType;

    /// <summary>Where that token starts in the file.</summary>
    internal readonly long Offset => _start + _reader.TokenStartIndex;

    /// <summary>Takes the next token; past the last one there must be nothing but space.</summary>
    internal bool Read()
    {
        try
        {
            return _reader.Read();
        }
        catch (JsonException error)
        {
            var (problem, offset) = JsonFault.After(_json, _reader, MaxDepth);
            throw new InvalidCheckpointException($"the JSON text is broken: {problem}", error) { File = _file, Offset = _start + offset };
        }
    }

    /// <summary>Takes the next token, which must be of a kind.</summary>
    internal void Read(JsonTokenType expected, string what)
    {
        Read();
        Expect(expected, what);
    }

    /// <summary>The token that was taken last must be of a kind.</summary>
    internal readonly void Expect(JsonTokenType expected, string what)
    {
        if (Token != expected)
        {
            Refuse($"{what}, found {Words(Token)}");
        }
    }

    /// <summary>Takes the name of the next entry, or the end of the object.</summary>
    internal bool TryReadName([NotNullWhen(true)] out string? name)
    {
        Read();
        name = Token == JsonTokenType.PropertyName ? Text() : null;
        return name is not null;
    }

    /// <summary>The text of the token that was taken last.</summary>
    internal readonly string Text()
    {
        try
        {
            return _reader.GetString()!;
        }
        catch (InvalidOperationException error)
        {
            throw new InvalidCheckpointException("the JSON text has half of a surrogate pair, which no UTF-8 can hold", error) { File = _file, Offset = Offset };
        }
    }

    /// <summary>Takes the next token, which must be a number of 0 to 2^63 - 1 without a fraction.</summary>
    internal long ReadNumber(string what)
    {
        Read();
        return ToNumber(what);
    }

    /// <summary>The token that was taken last as a number of 0 to 2^63 - 1 without a fraction.</summary>
    internal readonly long ToNumber(string what)
    {
        Expect(JsonTokenType.Number, what);
        if (!_reader.TryGetUInt64(out var number) || number > long.MaxValue)
        {
            Refuse($"{what}, found another number");
        }

        return (long)number;
    }

    /// <summary>Goes past the value that follows.</summary>
    internal void Skip()
    {
        Read();
        SkipRest();
    }

    /// <summary>Goes past the value whose first token was taken last.</summary>
    internal void SkipRest()
    {
        var depth = _reader.CurrentDepth;
        while (Token is JsonTokenType.StartObject or JsonTokenType.StartArray || _reader.CurrentDepth > depth)
        {
            Read();
        }
    }

    [DoesNotReturn, StackTraceHidden]
    internal readonly void Refuse(string problem, string? tensorName = null) =>
        throw new InvalidCheckpointException(problem) { File = _file, Offset = Offset, TensorName = tensorName };

    private static string Words(JsonTokenType token) => token switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.EndObject or JsonTokenType.EndArray => "its end",
        JsonTokenType.String => "a text",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "a truth value",
        JsonTokenType.Null => "null",
        _ => "nothing",
    };
}
