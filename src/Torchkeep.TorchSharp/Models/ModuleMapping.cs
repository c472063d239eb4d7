using System.IO.Enumeration;
using Module = TorchSharp.torch.nn.Module;

namespace Torchkeep;

/// <summary>How one class of the user's is made of what a file has under some names.</summary>
/// <param name="Names">Python classes, wildcards among them; the first that is none is written.</param>
/// <param name="Type">The class in C#.</param>
/// <param name="Make">Makes it.</param>
/// <param name="IsStateOnly">Whether it makes its children itself, so that the file's need no mapping.</param>
internal sealed record ModuleMapping(IReadOnlyList<string> Names, Type Type, Func<SavedModule, Module> Make, bool IsStateOnly)
{
    internal string? WrittenName => Names.FirstOrDefault(name => !IsPattern(name));

    internal bool Has(string className) => Names.Contains(className);

    internal bool Matches(string className) =>
        Names.Any(name => IsPattern(name) && FileSystemName.MatchesSimpleExpression(name, className, ignoreCase: false));

    private static bool IsPattern(string name) => name.Contains('*', StringComparison.Ordinal);
}
