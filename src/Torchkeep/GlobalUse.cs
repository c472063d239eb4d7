namespace Torchkeep;

/// <summary>What unpickling would do with a name.</summary>
public enum GlobalUse
{
    /// <summary>Import its module, which runs that module's code, and look it up.</summary>
    Imported,

    /// <summary>Call it.</summary>
    Called,

    /// <summary>Make an object of it, by its <c>__new__</c>.</summary>
    Instantiated,
}
