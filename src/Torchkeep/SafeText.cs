using System.Globalization;
using System.Text;

namespace Torchkeep;

/// <summary>
/// Makes text of a file fit to be shown: names, keys and messages of a checkpoint are its author's, and can hold what a
/// terminal or a log obeys, turns around or does not show.
/// </summary>
/// <remarks>
/// The messages of all exceptions and findings of Torchkeep are escaped. Properties such as
/// <see cref="CheckpointException.TensorName"/> and <see cref="TensorEntry.Name"/> are the file's own text.
/// </remarks>
public static class SafeText
{
    // Letters, marks and symbols that leave no trace: DerivedCoreProperties.txt of Unicode, Default_Ignorable_Code_Point
    // without the format characters, and two blank symbols.
    private static readonly (int First, int Last)[] _blank =
    [
        (0x034f, 0x034f), (0x115f, 0x1160), (0x17b4, 0x17b5), (0x180b, 0x180f), (0x2065, 0x2065), (0x2800, 0x2800), (0x3164, 0x3164),
        (0xfe00, 0xfe0f), (0xffa0, 0xffa0), (0xfff0, 0xfff8), (0x1d159, 0x1d159), (0xe0000, 0xe0fff),
    ];

    /// <summary>
    /// The text with an escape, <c>\u202e</c> or <c>\U000e0041</c>, for every character of which <see cref="IsVisible"/> is
    /// false, and for halves of surrogate pairs. Backslashes stay as they are, so that escaping twice changes nothing more.
    /// Returns the same string where there is nothing to escape.
    /// </summary>
    /// <param name="text">Any text.</param>
    public static string Escape(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return text;
        }

        var safe = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (!Rune.TryGetRuneAt(text, i, out var rune))
            {
                safe.Append(CultureInfo.InvariantCulture, $"\\u{(int)text[i]:x4}");
                continue;
            }

            if (IsVisible(rune))
            {
                safe.Append(text, i, rune.Utf16SequenceLength);
            }
            else
            {
                safe.Append(rune.IsBmp ? "\\u" : "\\U").Append(rune.Value.ToString(rune.IsBmp ? "x4" : "x8", CultureInfo.InvariantCulture));
            }

            i += rune.Utf16SequenceLength - 1;
        }

        return safe.ToString();
    }

    /// <summary>
    /// Whether a character shows itself and nothing else. False for control characters, line ends, spaces other than
    /// U+0020, format characters (of bidirectional text, of no width, tags), variation selectors, other characters that
    /// fonts leave blank, and characters that Unicode has not assigned or has left to private use.
    /// </summary>
    /// <param name="character">Any character.</param>
    public static bool IsVisible(Rune character) => character.Value == ' '
        || (Rune.GetUnicodeCategory(character) is not (
                UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
                or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.SpaceSeparator)
            && !Array.Exists(_blank, range => character.Value >= range.First && character.Value <= range.Last));
}
