namespace Torchkeep.Torch;

/// <summary>Where a torch container keeps the bytes of a storage.</summary>
internal interface IStorageLookup
{
    /// <summary>Whether the storages' elements are big-endian.</summary>
    bool IsBigEndian { get; }

    /// <summary>The bytes under a key; throws when there are none.</summary>
    /// <param name="key">As the pickle gives it.</param>
    /// <param name="elements">How many elements the pickle says there are, which the host compares with the length.</param>
    /// <param name="type">Their type.</param>
    ByteSource Find(string key, long elements, ElementTypeInfo type);
}
