using System.Globalization;
using System.Text;

namespace Torchkeep.Pickle;

/// <summary>The number of a memo entry in text, as Python's <c>int()</c> reads it: blanks around it, a sign, underscores between digits.</summary>
internal static class TraceIndex
{
    // More digits than Python reads.
    private const int MaxDigits = 4300;

    // The most that fit a long.
    private const int LongDigits = 18;

    /// <summary>False for what is no number, and for a negative one. Of a number over 18 digits the digits are given.</summary>
    internal static bool TryParse(ReadOnlySpan<byte> line, out long index, out string? digits)
    {
        // The C unpickler reads to the first NUL, the Python one refuses it.
        (index, digits) = (0, null);
        line = line.IndexOf((byte)0) is >= 0 and var nul ? line[..nul] : line;
        line = line.Trim(" \t\r\v\f"u8);
        var isNegative = line is [(byte)'-', ..];
        line = line is [(byte)'-' or (byte)'+', ..] ? line[1..] : line;
        if (line.IsEmpty || line.Length > 2 * MaxDigits || line[^1] == '_')
        {
            return false;
        }

        var text = new StringBuilder();
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] is >= (byte)'0' and <= (byte)'9')
            {
                _ = text.Length > 0 || line[i] != '0' ? text.Append((char)line[i]) : text;
            }
            else if (line[i] != '_' || i == 0 || line[i - 1] == '_')
            {
                return false;
            }
        }

        if (text.Length > LongDigits)
        {
            digits = text.ToString();
            return !isNegative;
        }

        index = text.Length == 0 ? 0 : long.Parse(text.ToString(), CultureInfo.InvariantCulture);
        return index == 0 || !isNegative;
    }
}
