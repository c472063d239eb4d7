namespace Torchkeep.Torch.Risks;

/// <summary>Names that are harmless for one reason.</summary>
/// <param name="Reason">Why, as docs/scan-names.md says it at more length.</param>
/// <param name="Rows">A module, and names in it with blanks between. Each is exact: a dot behind it leads elsewhere.</param>
internal sealed record HarmlessGroup(string Reason, (string Module, string Names)[] Rows)
{
    /// <summary>
    /// Whether only NEWOBJ and BUILD are known to be harmless, which is how pickles make objects. A call runs the
    /// <c>__init__</c> of the class, which no pickle of its own does.
    /// </summary>
    internal bool IsForMakingOnly { get; init; }

    /// <summary>Whether they are enumerations: Python 3.11 pickles a member as an attribute of its class, in capital letters.</summary>
    internal bool HasMembers { get; init; }
}
