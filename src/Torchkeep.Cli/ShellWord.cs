using System.Text.RegularExpressions;

namespace Torchkeep.Cli;

/// <summary>A text as one word of a command line, so that what a message tells to type can be copied.</summary>
internal static partial class ShellWord
{
    internal static string Of(string text) => Plain().IsMatch(text) ? text : $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9_./:-]*\z")]
    private static partial Regex Plain();
}
