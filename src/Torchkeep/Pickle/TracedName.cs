namespace Torchkeep.Pickle;

/// <summary>A name that a pickle would use.</summary>
/// <param name="Name">The name; "?" for both of its parts where the pickle makes it up while it runs.</param>
/// <param name="Use">How.</param>
/// <param name="Offset">The opcode.</param>
/// <param name="Arguments">With what it is called, as far as that is known.</param>
internal sealed record TracedName(PyGlobal Name, GlobalUse Use, int Offset, string? Arguments)
{
    internal bool IsHidden => Name.Module == "?";
}
