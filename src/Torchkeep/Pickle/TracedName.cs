namespace Torchkeep.Pickle;

/// <summary>A name that a pickle would use.</summary>
/// <param name="Name">The name; "?" for both of its parts where the pickle makes it up while it runs.</param>
/// <param name="Use">How.</param>
/// <param name="Offset">The opcode.</param>
/// <param name="Arguments">With what it is called, as far as that is known.</param>
internal sealed record TracedName(PyGlobal Name, GlobalUse Use, int Offset, string? Arguments)
{
    /// <summary>What was imported, or the arguments of the call: a tuple, if they are known.</summary>
    internal TraceValue Value { get; init; } = TraceValue.Unknown;

    internal bool IsHidden => Name.Module == "?";

    /// <summary>Whether it is a number of copyreg's, which names something in programs that have registered it.</summary>
    internal bool IsExtension => Name.Module == "copyreg" && Name.Name.StartsWith("extension ", StringComparison.Ordinal);
}
