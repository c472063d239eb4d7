using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Torchkeep.Cli.Output;

/// <summary>JSON that shows all it says: what <see cref="SafeText"/> escapes in text is a JSON escape of the same character.</summary>
internal sealed unsafe class SafeJson : JavaScriptEncoder
{
    private static readonly JavaScriptEncoder _relaxed = UnsafeRelaxedJsonEscaping;

    private SafeJson()
    {
    }

    internal static JsonWriterOptions Options { get; } = new() { Encoder = new SafeJson() };

    public override int MaxOutputCharactersPerInputCharacter => _relaxed.MaxOutputCharactersPerInputCharacter;

    public override bool WillEncode(int unicodeScalar) =>
        _relaxed.WillEncode(unicodeScalar) || !Rune.IsValid(unicodeScalar) || !SafeText.IsVisible(new Rune(unicodeScalar));

    public override int FindFirstCharacterToEncode(char* text, int textLength)
    {
        var span = new ReadOnlySpan<char>(text, textLength);
        for (var i = 0; i < textLength;)
        {
            if (Rune.DecodeFromUtf16(span[i..], out var rune, out var length) != System.Buffers.OperationStatus.Done || WillEncode(rune.Value))
            {
                return i;
            }

            i += length;
        }

        return -1;
    }

    public override bool TryEncodeUnicodeScalar(int unicodeScalar, char* buffer, int bufferLength, out int numberOfCharactersWritten)
    {
        // The relaxed encoder leaves some of these as they are.
        if (!_relaxed.WillEncode(unicodeScalar) && WillEncode(unicodeScalar))
        {
            return Default.TryEncodeUnicodeScalar(unicodeScalar, buffer, bufferLength, out numberOfCharactersWritten);
        }

        return _relaxed.TryEncodeUnicodeScalar(unicodeScalar, buffer, bufferLength, out numberOfCharactersWritten);
    }
}
