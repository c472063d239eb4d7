namespace Torchkeep.Torch.Risks;

/// <summary>The names that the caller trusts.</summary>
internal sealed class AllowedNames
{
    private const string AllBelow = ".*";

    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly HashSet<string> _modules = new(StringComparer.Ordinal);

    /// <exception cref="ArgumentException">A pattern is no name.</exception>
    internal AllowedNames(IEnumerable<string> patterns)
    {
        foreach (var pattern in patterns)
        {
            var isModule = pattern.EndsWith(AllBelow, StringComparison.Ordinal);
            var name = isModule ? pattern[..^AllBelow.Length] : pattern;
            if (!name.Split('.').All(IsName) || (!isModule && !name.Contains('.', StringComparison.Ordinal)))
            {
                throw new ArgumentException($"'{pattern}' is no name to allow: give 'module.name', or 'module.*'");
            }

            (isModule ? _modules : _names).Add(name);
        }
    }

    internal bool Contains(PyGlobal name, GlobalRisk risk) =>
        _names.Contains(name.ToString())
        || (risk == GlobalRisk.Unknown && !name.Name.Contains('.', StringComparison.Ordinal) && _modules.Any(module => IsIn(name.Module, module)));

    private static bool IsIn(string module, string parent) =>
        module.StartsWith(parent, StringComparison.Ordinal) && (module.Length == parent.Length || module[parent.Length] == '.');

    private static bool IsName(string part) => part.Length > 0 && part.All(letter => char.IsLetterOrDigit(letter) || letter == '_');
}
