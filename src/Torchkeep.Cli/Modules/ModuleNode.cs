namespace Torchkeep.Cli.Modules;

/// <summary>A module as <c>print(model)</c> shows it; one that stands in several places is one node.</summary>
/// <param name="Name">Its class without the Python module.</param>
/// <param name="Lines">What it prints before its children.</param>
/// <param name="IsList">Whether children that follow each other and print the same are one entry, as in a ModuleList.</param>
internal sealed record ModuleNode(string Name, IReadOnlyList<string> Lines, bool IsList)
{
    /// <summary>The children; null is what Python prints as None.</summary>
    internal List<(string Label, ModuleNode? Child)> Children { get; } = [];

    /// <summary>Its own tensors and those below it, each once.</summary>
    internal HashSet<PyTensor> Tensors { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>Those of them that are parameters.</summary>
    internal HashSet<PyTensor> Parameters { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>The same number for all that print the same.</summary>
    internal int Kind { get; set; }

    internal void Add(string label, ModuleNode? child)
    {
        Children.Add((label, child));
        if (child is not null)
        {
            Tensors.UnionWith(child.Tensors);
            Parameters.UnionWith(child.Parameters);
        }
    }
}
