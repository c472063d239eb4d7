namespace Torchkeep;

/// <summary>How a file wants an object made. Torchkeep makes none; it keeps the wish.</summary>
public enum PyObjectKind
{
    /// <summary>By <c>cls.__new__(cls, *args, **kwargs)</c>: pickle's NEWOBJ and NEWOBJ_EX.</summary>
    New,

    /// <summary>By calling the name with the arguments: pickle's REDUCE, INST and OBJ.</summary>
    Call,
}
