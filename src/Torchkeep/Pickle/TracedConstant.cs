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

    internal bool IsText => Opcode is not (PickleOpcode.BinBytes or PickleOpcode.ShortBinBytes or PickleOpcode.BinBytes8 or PickleOpcode.ByteArray8);

    /// <summary>Whether the operand is the bytes that Python would unpickle.</summary>
    internal bool IsRaw => !IsText || Opcode is PickleOpcode.BinString or PickleOpcode.ShortBinString;

    /// <summary>The text, or the bytes as Latin-1; a cut one has no more than so many bytes of the operand.</summary>
    /// <exception cref="InvalidCheckpointException">Python could not read it.</exception>
    internal string Decode(ReadOnlySpan<byte> pickle, int most = int.MaxValue)
    {
        var operand = pickle.Slice(Start, Math.Min(Length, most));
        switch (Opcode)
        {
            case PickleOpcode.BinUnicode or PickleOpcode.ShortBinUnicode or PickleOpcode.BinUnicode8:
                return Encoding.UTF8.GetString(operand);
            case PickleOpcode.Unicode when most >= Length:
                return PickleText.DecodeRawUnicodeEscape(operand);
            case PickleOpcode.String when most >= Length:
                return FromPython2(PickleText.Unquote(operand));
            case PickleOpcode.BinString or PickleOpcode.ShortBinString:
                return FromPython2(operand);
            default:
                return Encoding.Latin1.GetString(operand);
        }
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
