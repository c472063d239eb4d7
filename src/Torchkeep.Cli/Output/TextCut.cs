using Spectre.Console;

namespace Torchkeep.Cli.Output;

/// <summary>Cuts text that is longer or wider than its place.</summary>
internal static class TextCut
{
    private const string Cut = "...";

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
}
