namespace Torchkeep.Pickle;

/// <summary>A name that a pickle would use in one way.</summary>
internal sealed class TracedName(PyGlobal name, GlobalUse use, int offset, string? arguments)
{
    /// <summary>The name that stands for what a pickle makes up while it runs.</summary>
    internal static PyGlobal Hidden { get; } = new("?", "?");

    internal PyGlobal Name { get; } = name;

    internal GlobalUse Use { get; } = use;

    /// <summary>The first opcode that uses it.</summary>
    internal int Offset { get; } = offset;

    /// <summary>With what it is called first, as far as that is known; null for all but the first names of a pickle.</summary>
    internal string? Arguments { get; } = arguments;

    /// <summary>How often it is used so.</summary>
    internal int Count { get; set; }

    /// <summary>Whether a reader comes to it without an error: any bytes look as if they had names further on.</summary>
    internal bool IsReached { get; set; }

    /// <summary>
    /// The kinds and names of the arguments, once for each way that they differ; null stands for arguments that are not known.
    /// </summary>
    internal List<TracedArgument[]?> Ways { get; } = [];

    /// <summary>Whether it is called in more ways than are kept.</summary>
    internal bool HasMoreWays { get; set; }

    /// <summary>Whether something holds it: an argument, a part, a state or the result, so that it is more than a thing to call.</summary>
    internal bool IsHandedOn { get; set; }

    /// <summary>Whether it is a number of copyreg's, which names something in programs that have registered it.</summary>
    internal bool IsExtension => Name.Module == "copyreg" && Name.Name.StartsWith("extension ", StringComparison.Ordinal);

    /// <summary>
    /// Whether it is all that the bytes are: a GLOBAL without its last line feed, which the Python unpickler imports and
    /// does no more with. Each word that starts with a c is one.
    /// </summary>
    internal bool IsBareImport { get; init; }

    internal bool IsHidden => ReferenceEquals(Name, Hidden);
}
