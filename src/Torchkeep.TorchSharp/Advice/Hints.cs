namespace Torchkeep;

/// <summary>Marks what Torchkeep adds to PyTorch's words.</summary>
internal static class Hints
{
    internal const string Prefix = "Hint: ";

    /// <summary>A text with a sentence that says what to type, or the text alone.</summary>
    internal static string With(string text, string? hint) => hint is null ? text : $"{text} {Prefix}{hint}";
}
