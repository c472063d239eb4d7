namespace Torchkeep;

/// <summary>A storage that a file names by itself, without a tensor over it or inside a record.</summary>
/// <param name="storage">The bytes.</param>
/// <param name="elementType">The elements of its storage class, or null for an untyped storage.</param>
public sealed class PyStorage(TensorStorage storage, ElementType? elementType) : PyValue
{
    /// <summary>The bytes.</summary>
    public TensorStorage Storage { get; } = storage ?? throw new ArgumentNullException(nameof(storage));

    /// <summary>The elements of its storage class, or null for an untyped storage.</summary>
    public ElementType? ElementType { get; } = elementType is { } type ? ElementTypeInfo.Of(type).Type : null;

    /// <summary>What the elements are to the tensor that a save writes it for, where the class does not say.</summary>
    internal ElementType? Viewed { get; init; }

    /// <inheritdoc/>
    public override string TypeName => ElementType is { } type ? ElementTypeInfo.Of(type).StorageClass ?? "UntypedStorage" : "UntypedStorage";

    /// <summary>The type and the length.</summary>
    public override string ToString() => $"{TypeName} of {Storage.ByteLength} bytes";
}
