namespace Torchkeep.Values;

/// <summary>One step on the way from a container to a value in it.</summary>
internal enum PyStepKind
{
    Root,
    Key,
    Index,
    Attribute,
    Argument,
}
