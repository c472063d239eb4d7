using Torchkeep.IO;
using Torchkeep.Tensors;

namespace Torchkeep;

/// <summary>
/// A block of memory that one or more tensors are views of: PyTorch's storage. It has identity: two tensors share
/// memory exactly when their <see cref="TensorView.Storage"/> is the same object, and a save keeps that.
/// </summary>
public sealed class TensorStorage
{
    /// <summary>A storage over bytes that somebody else keeps; nothing is read until a tensor is.</summary>
    /// <param name="bytes">
    /// The elements, little-endian. It stays the caller's to dispose, and must live as long as the storage is used.
    /// </param>
    /// <param name="location">PyTorch's device tag, such as <c>cpu</c> or <c>cuda:0</c>: where PyTorch will put it on load.</param>
    public TensorStorage(ByteSource bytes, string location = "cpu")
        : this(Guarded(bytes), location, elementType: null, bigEndian: false) => ArgumentNullException.ThrowIfNull(location);

    internal TensorStorage(ByteSource bytes, string location, ElementType? elementType, bool bigEndian)
    {
        Bytes = bytes;
        Location = location;
        ElementType = elementType;
        IsBigEndian = bigEndian;
    }

    /// <summary>
    /// The elements as they lie in the file or in memory, in the byte order of <see cref="IsBigEndian"/>. A source from
    /// outside of Torchkeep comes back behind a check of its ranges.
    /// </summary>
    public ByteSource Bytes { get; }

    /// <summary>The length in bytes.</summary>
    public long ByteLength => Bytes.Length;

    /// <summary>PyTorch's device tag, such as <c>cpu</c> or <c>cuda:0</c>.</summary>
    public string Location { get; }

    /// <summary>Whether the bytes are big-endian. <see cref="TensorView"/> always hands out the machine's own order.</summary>
    public bool IsBigEndian { get; }

    /// <summary>The element type of the storage class that a file names, or null for an untyped one.</summary>
    public ElementType? ElementType { get; }

    internal bool HasBytes => Bytes is not MetaByteSource;

    /// <summary>Whether it is there only because a view needs one: a file that has meta tensors names no storage for them.</summary>
    internal bool IsImplied => Bytes is MetaByteSource { IsImplied: true };

    /// <summary>A storage over an array, which it keeps and does not copy.</summary>
    /// <typeparam name="T">An element type's .NET type.</typeparam>
    /// <param name="elements">The elements.</param>
    public static TensorStorage FromArray<T>(T[] elements)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(elements);
        return new(new ArrayByteSource<T>(elements));
    }

    private static ByteSource Guarded(ByteSource bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        return GuardedByteSource.Of(bytes);
    }
}
