using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using Torchkeep.Formats.TorchZip;

namespace Torchkeep.Formats;

/// <summary>
/// A value in a JSON record, which is asked for what it should be. Field names may be given in two spellings, as
/// protobuf's JSON allows; so may numbers, as such and as text.
/// </summary>
internal readonly struct JsonField
{
    // Nesting costs no stack: the parser keeps its own.
    private const int MaxDepth = 100_000;

    private readonly ZipRecords _records;
    private readonly string _record;
    private readonly JsonElement? _value;

    private JsonField(ZipRecords records, string record, string path, JsonElement? value)
    {
        (_records, _record, Path, _value) = (records, record, path, value);
    }

    /// <summary>Where it is, for messages.</summary>
    internal string Path { get; }

    internal bool IsThere => _value is { ValueKind: not JsonValueKind.Null };

    internal JsonField this[string name, string? otherName = null]
    {
        get
        {
            JsonElement found = default;
            var isThere = _value is { ValueKind: JsonValueKind.Object } value
                && (value.TryGetProperty(name, out found) || (otherName is not null && value.TryGetProperty(otherName, out found)));
            return new(_records, _record, $"{Path}.{name}", isThere ? found : null);
        }
    }

    internal static async ValueTask<JsonField> ReadAsync(ZipRecords records, string record, bool async, CancellationToken cancellationToken)
    {
        var bytes = await records.ReadPickleAsync(record, async, cancellationToken).ConfigureAwait(false);
        if (!Utf8.IsValid(bytes))
        {
            TorchZipThrow.BadRecord(records.Source, record, "the record is not the JSON that it should be: it is not UTF-8");
        }

        try
        {
            using var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false });
            return new(records, record, "$", document.RootElement.Clone());
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // A name is compared with the others, for which it must be a text.
            var (problem, offset) = JsonFault.In(bytes, MaxDepth) ?? (error is JsonException ? "an object has a name twice" : "a name has half of a surrogate pair", null);
            TorchZipThrow.BadRecord(records.Source, record, $"the record is not the JSON that it should be: {problem}{(offset is { } at ? $", at byte {at}" : "")}");
            return default;
        }
    }

    internal IEnumerable<KeyValuePair<string, JsonField>> Members()
    {
        if (_value is not { ValueKind: JsonValueKind.Object } value)
        {
            throw Unexpected("an object");
        }

        foreach (var member in value.EnumerateObject())
        {
            var name = Decode(() => member.Name);
            yield return new(name, new(_records, _record, $"{Path}.{name}", member.Value));
        }
    }

    /// <summary>The items of a list; none where there is no list, which is how protobuf writes an empty one.</summary>
    internal IEnumerable<JsonField> Items()
    {
        if (!IsThere)
        {
            yield break;
        }

        if (_value is not { ValueKind: JsonValueKind.Array } value)
        {
            throw Unexpected("a list");
        }

        var i = 0;
        foreach (var item in value.EnumerateArray())
        {
            yield return new(_records, _record, $"{Path}[{i++}]", item);
        }
    }

    internal string Text() => _value is { ValueKind: JsonValueKind.String } value ? Decode(() => value.GetString()!) : throw Unexpected("a text");

    internal long Int64() => _value switch
    {
        { ValueKind: JsonValueKind.Number } value when value.TryGetInt64(out var number) => number,
        { ValueKind: JsonValueKind.String } value when long.TryParse(Text(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
        _ => throw Unexpected("an integer of 64 bits"),
    };

    internal double Double() => _value is { ValueKind: JsonValueKind.Number } value ? value.GetDouble() : throw Unexpected("a number");

    internal bool Bool() => _value switch
    {
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        _ => throw Unexpected("true or false"),
    };

    internal InvalidCheckpointException Unexpected(string expected) =>
        new($"{Path} should be {expected}, and is {(_value is { } value ? Shown(value) : "missing")}") { File = _records.Source.Name, Record = _record };

    // Half of a character, written as an escape, is JSON and no text.
    private string Decode(Func<string> text)
    {
        try
        {
            return text();
        }
        catch (InvalidOperationException)
        {
            throw Unexpected("made of whole characters");
        }
    }

    private static string Shown(JsonElement value)
    {
        const int MaxShown = 60;
        return value.ValueKind is JsonValueKind.Object or JsonValueKind.Array ? $"an {value.ValueKind}".ToLowerInvariant()
            : value.GetRawText() is { Length: > MaxShown } text ? $"{text[..MaxShown]}…"
            : value.GetRawText();
    }
}
