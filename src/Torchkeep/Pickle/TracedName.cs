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
    /// Whether it is all that the bytes are: a GLOBAL without its last line feed, which the Python unpickler imports and
    /// does no more with. Each word that starts with a c is one.
    /// </summary>
    internal bool IsBareImport { get; init; }

    internal bool IsHidden => ReferenceEquals(Name, Hidden);
}
