namespace Torchkeep;

/// <summary>
/// A whole model has classes that the registry does not know. The message lists every one of them with its place, its
/// settings and its children, and the mapping to start from.
/// </summary>
public sealed class UnknownClassException : InvalidOperationException
{
    internal UnknownClassException(IReadOnlyList<string> classes, string message)
        : base(message) => this.classes = classes;

    /// <summary>The classes with their Python modules.</summary>
    public IReadOnlyList<string> classes { get; }
}
