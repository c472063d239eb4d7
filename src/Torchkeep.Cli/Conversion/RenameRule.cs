namespace Torchkeep.Cli.Conversion;

/// <summary>A rule <c>old=new</c>: each star of the new name is what the star of the same number in the old one stood for.</summary>
internal sealed class RenameRule
{
    private readonly NamePattern _pattern;
    private readonly string _template;

    private RenameRule(string pattern, string template)
    {
        _pattern = new(pattern);
        _template = template;
    }

    /// <summary>The rule of an argument, or null with what is wrong with it.</summary>
    internal static RenameRule? Parse(string text, out string? problem)
    {
        problem = null;
        var border = text.IndexOf('=', StringComparison.Ordinal);
        if (border <= 0 || border == text.Length - 1)
        {
            problem = $"--rename takes 'old=new', and not '{text}'";
            return null;
        }

        var (pattern, template) = (text[..border], text[(border + 1)..]);
        if (template.AsSpan().Count('*') > pattern.AsSpan().Count('*'))
        {
            problem = $"--rename '{text}' has more stars in the new name than in the old one";
            return null;
        }

        return new(pattern, template);
    }

    /// <summary>The new name, or the old one where the rule does not fit.</summary>
    internal string Apply(string name) => _pattern.Rewrite(name, _template) ?? name;
}
