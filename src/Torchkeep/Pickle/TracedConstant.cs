using System.Text;

namespace Torchkeep.Pickle;

/// <summary>A text or bytes value in a pickle, which stays where it is until somebody asks for it.</summary>
/// <param name="Opcode">The opcode that has it.</param>
/// <param name="Offset">Where the opcode is.</param>
/// <param name="Start">Where the opcode's operand is.</param>
/// <param name="Length">The bytes of the operand.</param>
internal readonly record struct TracedConstant(PickleOpcode Opcode, int Offset, int Start, int Length)
{
    // An empty zip archive is no shorter.
    private const int MinArchive = 22;

    // A name of a hundred letters, each of them an escape: a file may use one text again and again.
    private const int MaxDecoded = 1000;

    internal bool IsText => Opcode is not (PickleOpcode.BinBytes or PickleOpcode.ShortBinBytes or PickleOpcode.BinBytes8 or PickleOpcode.ByteArray8);

    /// <summary>Whether the operand is the bytes that Python would unpickle.</summary>
    internal bool IsRaw => !IsText || Opcode is PickleOpcode.BinString or PickleOpcode.ShortBinString;

    /// <summary>The text, or the bytes as Latin-1.</summary>
    /// <exception cref="InvalidCheckpointException">Python could not read it.</exception>
    internal string Decode(ReadOnlySpan<byte> pickle)
    {
        var operand = pickle.Slice(Start, Length);
        switch (Opcode)
        {
            case PickleOpcode.BinUnicode or PickleOpcode.ShortBinUnicode or PickleOpcode.BinUnicode8:
                return Encoding.UTF8.GetString(operand);
            case PickleOpcode.Unicode:
                return PickleText.DecodeRawUnicodeEscape(operand);
            case PickleOpcode.String:
                return FromPython2(PickleText.Unquote(operand));
            case PickleOpcode.BinString or PickleOpcode.ShortBinString:
                return FromPython2(operand);
            default:
                return Encoding.Latin1.GetString(operand);
        }
    }

    /// <summary>The same of a short one; of a longer one the beginning and the end, as they are in the pickle.</summary>
    internal string DecodeCut(ReadOnlySpan<byte> pickle)
    {
        if (Length <= MaxDecoded)
        {
            return Decode(pickle);
        }

        var ends = Encoding.Latin1;
        return $"{ends.GetString(pickle.Slice(Start, MaxDecoded / 2))}…{ends.GetString(pickle.Slice(Start + Length - (MaxDecoded / 2), MaxDecoded / 2))}";
    }

    /// <summary>The bytes that Python would unpickle if this was handed to it, or null for a text that has other letters than bytes.</summary>
    internal byte[]? ToBytes(ReadOnlySpan<byte> pickle)
    {
        if (IsRaw)
        {
            return pickle.Slice(Start, Length).ToArray();
        }

        if (Opcode == PickleOpcode.String)
        {
            return PickleText.Unquote(pickle.Slice(Start, Length));
        }

        var text = Decode(pickle);
        return text.AsSpan().ContainsAnyExceptInRange('\0', '\xff') ? null : Encoding.Latin1.GetBytes(text);
    }

    /// <summary>Whether it could be a pickle, which ends with a STOP and has something before that, or an archive, which is longer than a name.</summary>
    internal bool MayBePickle(ReadOnlySpan<byte> pickle)
    {
        if (Length >= MinArchive)
        {
            return true;
        }

        var operand = pickle.Slice(Start, Length);
        return Opcode switch
        {
            // The quotes, an escape, or UTF-8 hide the first and the last byte.
            PickleOpcode.String or PickleOpcode.Unicode => operand.Length >= 2 && ToBytes(pickle) is { } bytes && LooksLikePickle(bytes),
            PickleOpcode.BinUnicode or PickleOpcode.ShortBinUnicode or PickleOpcode.BinUnicode8 when operand is [0xc2, 0x80, ..] => true,
            _ => LooksLikePickle(operand),
        };
    }

    private static bool LooksLikePickle(ReadOnlySpan<byte> bytes) =>
        bytes is [_, .., (byte)PickleOpcode.Stop] or [(byte)PickleOpcode.Proto, <= 5, _, ..];

    // torch.load takes the bytes of Python 2's str for UTF-8, others for Latin-1.
    private static string FromPython2(ReadOnlySpan<byte> bytes) =>
        System.Text.Unicode.Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : Encoding.Latin1.GetString(bytes);
}
