using System.Text.Json;

namespace Torchkeep.Formats;

/// <summary>Says in plain words why a text is no JSON, and at which byte: the framework speaks of its own options.</summary>
internal static class JsonFault
{
    private static readonly string[] _words = ["true", "false", "null"];

    /// <summary>The first fault of a text, or null where each token is as it should be.</summary>
    internal static (string Problem, int? Offset)? In(ReadOnlySpan<byte> json, int maxDepth)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = maxDepth });
        try
        {
            while (reader.Read())
            {
            }

            return null;
        }
        catch (JsonException)
        {
            return After(json, reader, maxDepth);
        }
    }

    /// <summary>What is wrong behind the token that a reader took last.</summary>
    internal static (string Problem, int Offset) After(ReadOnlySpan<byte> json, Utf8JsonReader reader, int maxDepth)
    {
        var at = (int)reader.BytesConsumed;
        while (at < json.Length && IsBetween(json[at]))
        {
            at++;
        }

        // The reader may have taken a comma or a colon with the token before it.
        var before = json[..at].TrimEnd(" \t\r\n"u8);
        var separator = before is [.., (byte)',' or (byte)':'] ? before[^1] : (byte)0;
        var isTwice = separator != 0 && before.Length > 1 && before[..^1].TrimEnd(" \t\r\n"u8) is [.., (byte)',' or (byte)':'];
        return (isTwice ? $"'{(char)separator}' stands where a value should be" : Describe(json[at..], reader, separator, maxDepth), at);
    }

    private static bool IsBetween(byte letter) => letter is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' or (byte)',' or (byte)':';

    private static string Describe(ReadOnlySpan<byte> rest, Utf8JsonReader reader, byte separator, int maxDepth)
    {
        var isOver = reader.CurrentDepth == 0 && reader.TokenType is not (JsonTokenType.None or JsonTokenType.StartObject or JsonTokenType.StartArray or JsonTokenType.PropertyName);
        if (rest.IsEmpty)
        {
            return reader.TokenType == JsonTokenType.None ? "it is empty" : isOver ? "a comma follows its end" : "it ends too early";
        }

        switch (rest[0])
        {
            case var _ when isOver:
                return "something follows its end";
            case (byte)'}' or (byte)']' when separator == ',':
                return $"a comma stands before '{(char)rest[0]}'";
            case (byte)'}' or (byte)']' when reader.TokenType == JsonTokenType.PropertyName:
                return "a name has no value";
            case (byte)'}' or (byte)']':
                return $"'{(char)rest[0]}' closes what is not open";
            case (byte)'{' or (byte)'[' when reader.CurrentDepth + 1 >= maxDepth:
                return $"it is nested deeper than {maxDepth}";
            case (byte)'/':
                return "comments are not allowed";
            case (byte)'"' when HasEnd(rest) && (separator == ',' || reader.TokenType == JsonTokenType.StartObject):
                return "':' is missing behind a name";
            case var _ when separator == 0 && reader.TokenType is not (JsonTokenType.None or JsonTokenType.StartObject or JsonTokenType.StartArray or JsonTokenType.PropertyName):
                return "a comma or a colon is missing";
            case (byte)'"':
                return "a text does not end, or has a control character or an escape that JSON does not have";
            case (byte)'-' or (>= (byte)'0' and <= (byte)'9'):
                return "a number is not written as JSON writes numbers";
            case (byte)'t' or (byte)'f' or (byte)'n':
                return $"{string.Join(", ", _words)} are the only words";
            case > 0x20 and < 0x7f:
                return $"'{(char)rest[0]}' stands where a value or a name in double quotes should be";
            default:
                return $"the byte 0x{rest[0]:x2} stands where a value or a name in double quotes should be";
        }
    }

    // A text that is none of those that the reader takes, or one that nothing right follows.
    private static bool HasEnd(ReadOnlySpan<byte> text)
    {
        var reader = new Utf8JsonReader(text, isFinalBlock: false, default);
        try
        {
            return reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
