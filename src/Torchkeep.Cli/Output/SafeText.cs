using System.Globalization;
using System.Text;
using Spectre.Console;

namespace Torchkeep.Cli.Output;

/// <summary>Text of a file is hostile: what a terminal could obey or hide is written as an escape.</summary>
internal static class SafeText
{
    private const string Cut = "...";

    internal static string Escape(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return text;
        }

        var safe = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogatePair(text, i))
            {
                var rune = new Rune(text[i], text[i + 1]);
                _ = IsVisible(Rune.GetUnicodeCategory(rune)) ? safe.Append(rune) : safe.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:x8}");
                i++;
            }
            else
            {
                _ = text[i] == ' ' || IsVisible(char.GetUnicodeCategory(text[i])) ? safe.Append(text[i]) : safe.Append(CultureInfo.InvariantCulture, $"\\u{(int)text[i]:x4}");
            }
        }

        return safe.ToString();
    }

    /// <summary>The start of a text that would be longer than so many characters.</summary>
    internal static string Start(string text, int length) =>
        text.Length <= length ? text : $"{text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)]}{Cut}";

    /// <summary>Start and end of a text that would be wider than so many columns.</summary>
    internal static string Ends(string text, int width)
    {
        if (Columns(text) <= width)
        {
            return text;
        }

        var left = Math.Max(width - Cut.Length, 2);
        return string.Concat(Fitting(text, left - (left / 2), fromEnd: false), Cut, Fitting(text, left / 2, fromEnd: true));
    }

    /// <summary>The start of a text that would be wider than so many columns.</summary>
    internal static string First(string text, int width) =>
        Columns(text) <= width ? text : Fitting(text, width - Cut.Length, fromEnd: false) + Cut[..Math.Min(width, Cut.Length)];

    internal static int Columns(string text) =>
        text.AsSpan().ContainsAnyExceptInRange(' ', '~') ? text.GetCellWidth() : text.Length;

    private static string Fitting(string text, int width, bool fromEnd)
    {
        var count = Math.Clamp(width, 0, text.Length);
        while (Columns(Part(count)) > width && count > 0)
        {
            count--;
        }

        return Part(count);

        string Part(int length) => fromEnd ? text[^length..] : text[..length];
    }

    private static bool IsVisible(UnicodeCategory category) => category is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.SpaceSeparator);
}
