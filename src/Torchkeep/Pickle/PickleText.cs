using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Torchkeep.Pickle;

/// <summary>Python's text encodings inside pickles.</summary>
internal static class PickleText
{
    /// <summary>UTF-8 in which surrogates stand alone, three bytes each: Python's <c>surrogatepass</c>.</summary>
    internal static string DecodeUtf8(ReadOnlySpan<byte> bytes)
    {
        if (Utf8.IsValid(bytes))
        {
            return Encoding.UTF8.GetString(bytes);
        }

        var text = new StringBuilder(bytes.Length);
        while (bytes.Length > 0)
        {
            if (bytes.Length >= 3 && bytes[0] == 0xed && bytes[1] is >= 0xa0 and <= 0xbf && bytes[2] is >= 0x80 and <= 0xbf)
            {
                text.Append((char)(0xd000 | ((bytes[1] & 0x3f) << 6) | (bytes[2] & 0x3f)));
                bytes = bytes[3..];
            }
            else if (Rune.DecodeFromUtf8(bytes, out var rune, out var consumed) == System.Buffers.OperationStatus.Done)
            {
                text.Append(rune);
                bytes = bytes[consumed..];
            }
            else
            {
                PickleThrow.BadText("UTF-8 text", Convert.ToHexString(bytes[..Math.Min(bytes.Length, 16)]));
            }
        }

        return text.ToString();
    }

    /// <summary>The reverse of <see cref="DecodeUtf8"/>.</summary>
    internal static byte[] EncodeUtf8(string text)
    {
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (Rune.TryGetRuneAt(text, i, out var rune))
            {
                length += rune.EncodeToUtf8(bytes.AsSpan(length));
                i += rune.Utf16SequenceLength - 1;
            }
            else
            {
                bytes[length++] = (byte)(0xe0 | (text[i] >> 12));
                bytes[length++] = (byte)(0x80 | ((text[i] >> 6) & 0x3f));
                bytes[length++] = (byte)(0x80 | (text[i] & 0x3f));
            }
        }

        return bytes[..length];
    }

    /// <summary>A Python 2 <c>str</c>, which is text or bytes and does not say.</summary>
    internal static PyValue FromPython2(ReadOnlySpan<byte> bytes, Python2Text text)
    {
        // Text that is the same in all encodings needs no memory of its bytes.
        if (text != Python2Text.Bytes && Ascii.IsValid(bytes))
        {
            return new PyString(Encoding.ASCII.GetString(bytes));
        }

        switch (text)
        {
            case Python2Text.Latin1:
                return new PyString(Encoding.Latin1.GetString(bytes));
            case Python2Text.Utf8OrBytes or Python2Text.Utf8 when Utf8.IsValid(bytes):
                return new PyString(Encoding.UTF8.GetString(bytes)) { Raw = bytes.ToArray() };
            case Python2Text.Utf8OrBytes or Python2Text.Bytes:
                return new PyBytes(bytes);
            default:
                PickleThrow.BadText(
                    $"{(text == Python2Text.Ascii ? "ASCII" : "UTF-8")} text of Python 2 ({nameof(ReadOptions)}.{nameof(ReadOptions.Python2Text)} may say that it is another)",
                    Convert.ToHexString(bytes[..Math.Min(bytes.Length, 16)]));
                return null!;
        }
    }

    /// <summary>Protocol 0's quoted <c>repr</c> of a byte string (CPython <c>codecs.escape_decode</c>).</summary>
    internal static byte[] Unquote(ReadOnlySpan<byte> line)
    {
        line = line.Trim(" \t\r"u8);
        if (line.Length < 2 || line[0] != line[^1] || line[0] is not ((byte)'\'' or (byte)'"'))
        {
            PickleThrow.BadText("quoted string", Encoding.Latin1.GetString(line));
        }

        line = line[1..^1];
        var bytes = new List<byte>(line.Length);
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] != '\\')
            {
                bytes.Add(line[i]);
                continue;
            }

            if (++i == line.Length)
            {
                PickleThrow.BadText("quoted string, whose last backslash escapes nothing", "\\");
            }

            var code = (char)line[i];
            switch (code)
            {
                case 'a': bytes.Add(0x07); break;
                case 'b': bytes.Add(0x08); break;
                case 'f': bytes.Add(0x0c); break;
                case 'n': bytes.Add(0x0a); break;
                case 'r': bytes.Add(0x0d); break;
                case 't': bytes.Add(0x09); break;
                case 'v': bytes.Add(0x0b); break;
                case '\\' or '\'' or '"': bytes.Add((byte)code); break;
                case '\n': break;
                case 'x' when i + 2 < line.Length && byte.TryParse(line.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex):
                    bytes.Add(hex);
                    i += 2;
                    break;
                case >= '0' and <= '7':
                    var octal = 0;
                    var end = Math.Min(i + 3, line.Length);
                    for (; i < end && line[i] is >= (byte)'0' and <= (byte)'7'; i++)
                    {
                        octal = (octal * 8) + (line[i] - '0');
                    }

                    i--;
                    bytes.Add((byte)octal);
                    break;
                case 'x':
                    PickleThrow.BadText("escape in a quoted string", "\\x");
                    break;
                default:
                    // As Python does, which only warns.
                    bytes.Add((byte)'\\');
                    bytes.Add((byte)code);
                    break;
            }
        }

        return [.. bytes];
    }

    /// <summary>Protocol 0's Unicode: Latin-1 with <c>\uXXXX</c> and <c>\UXXXXXXXX</c> (<c>raw-unicode-escape</c>).</summary>
    internal static string DecodeRawUnicodeEscape(ReadOnlySpan<byte> line)
    {
        var text = new StringBuilder(line.Length);
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] != '\\' || i + 1 == line.Length)
            {
                text.Append((char)line[i]);
                continue;
            }

            var digits = line[i + 1] switch { (byte)'u' => 4, (byte)'U' => 8, _ => 0 };
            if (digits == 0)
            {
                // No escape, and a second backslash begins none either.
                text.Append('\\').Append((char)line[++i]);
                continue;
            }

            var hex = line.Slice(i + 2, Math.Min(digits, line.Length - i - 2));
            if (hex.Length < digits || !uint.TryParse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) || code > 0x10ffff)
            {
                PickleThrow.BadText("Unicode escape", Encoding.Latin1.GetString(line[i..]));
                break;
            }

            _ = Rune.IsValid(code) ? text.Append(new Rune(code)) : text.Append((char)code);
            i += 1 + digits;
        }

        return text.ToString();
    }
}
