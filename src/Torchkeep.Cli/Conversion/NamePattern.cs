using System.Text;
using System.Text.RegularExpressions;

namespace Torchkeep.Cli.Conversion;

/// <summary>A pattern over whole names: <c>*</c> is any text, the shortest that fits, and <c>?</c> one character.</summary>
internal sealed class NamePattern
{
    private readonly Regex _regex;

    internal NamePattern(string pattern)
    {
        var text = Regex.Escape(pattern).Replace(@"\*", "(.*?)", StringComparison.Ordinal).Replace(@"\?", ".", StringComparison.Ordinal);

        // Names of a file are hostile too: none may take more than its length.
        _regex = new(@"\A(?:" + text + @")\z", RegexOptions.Singleline | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
    }

    internal bool Matches(string name) => _regex.IsMatch(name);

    /// <summary>The name with what the stars stood for put into a template, or null where the pattern does not fit.</summary>
    internal string? Rewrite(string name, string template)
    {
        var match = _regex.Match(name);
        if (!match.Success)
        {
            return null;
        }

        var rewritten = new StringBuilder();
        var star = 0;
        foreach (var letter in template)
        {
            _ = letter == '*' ? rewritten.Append(match.Groups[++star].ValueSpan) : rewritten.Append(letter);
        }

        return rewritten.ToString();
    }
}
