using Torchkeep.Tensors;

namespace Torchkeep;

/// <summary>The facts about one <see cref="ElementType"/>, a row of the table that all rooms read.</summary>
public sealed class ElementTypeInfo
{
    internal ElementTypeInfo(ElementType type, string name, int byteSize, int swapSize, string? storageClass, Type? clrType, ElementSign sign, int? bitSize = null)
    {
        Type = type;
        Name = name;
        ByteSize = byteSize;
        SwapSize = swapSize;
        StorageClass = storageClass;
        ClrType = clrType;
        Sign = sign;
        BitSize = bitSize ?? 8 * byteSize;
    }

    /// <summary>Which element type the row is about.</summary>
    public ElementType Type { get; }

    /// <summary>PyTorch's name without <c>torch.</c>, such as <c>bfloat16</c>; a name of our own where it has no such dtype.</summary>
    public string Name { get; }

    /// <summary>
    /// The bytes of one element; packed types count the byte that holds several values as one element. Where elements
    /// are no whole bytes (<see cref="BitSize"/> 6) it is 1: such tensors are read as bytes.
    /// </summary>
    public int ByteSize { get; }

    /// <summary>The bits of one element: eight times <see cref="ByteSize"/>, but 6 for the 6-bit floats of safetensors.</summary>
    public int BitSize { get; }

    /// <summary>Whether PyTorch has a dtype for it.</summary>
    public bool IsTorchType => BitSize % 8 == 0;

    /// <summary>
    /// The .NET type that is the element, or null where .NET has none (bfloat16, 8-bit floats, complex64): there,
    /// read an unsigned integer of the same size.
    /// </summary>
    public Type? ClrType { get; }

    /// <summary>The bytes that turn around together in a big-endian file: a complex number's components do singly.</summary>
    internal int SwapSize { get; }

    /// <summary>
    /// The typed storage class that names this dtype in a file (<c>torch/storage.py</c>, <c>_dtype_to_storage_type_map</c>),
    /// or null for the younger family, whose storages are untyped and whose dtype is an argument.
    /// </summary>
    internal string? StorageClass { get; }

    internal ElementSign Sign { get; }

    internal bool IsComplex => ByteSize == 2 * SwapSize;

    /// <summary>The row for an element type.</summary>
    /// <param name="type">Any member of the enum.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is no member of the enum.</exception>
    public static ElementTypeInfo Of(ElementType type) => (uint)type < (uint)ElementTypeTable.Rows.Length
        ? ElementTypeTable.Rows[(int)type]
        : throw new ArgumentOutOfRangeException(nameof(type), type, "there is no such element type");

    /// <summary>The row with PyTorch's name for a dtype, with or without <c>torch.</c>.</summary>
    /// <param name="name">Such as <c>torch.float32</c>.</param>
    /// <param name="info">The row.</param>
    /// <returns>False when no such dtype is known.</returns>
    public static bool TryParse(string name, out ElementTypeInfo? info)
    {
        ArgumentNullException.ThrowIfNull(name);
        return ElementTypeTable.ByName.TryGetValue(name.StartsWith("torch.", StringComparison.Ordinal) ? name["torch.".Length..] : name, out info);
    }

    /// <summary>The bytes that so many elements fill; the count must be one that 63 bits can hold in bytes.</summary>
    internal long BytesOf(long elements) => IsTorchType ? elements * ByteSize : (long)((Int128)elements * BitSize / 8);

    /// <summary>The whole elements that so many bytes hold.</summary>
    internal long ElementsIn(long bytes) => IsTorchType ? bytes / ByteSize : (long)((Int128)bytes * 8 / BitSize);

    /// <summary>Whether elements may be handed out as <typeparamref name="T"/>: the .NET type, or an integer of the same size for the raw bits.</summary>
    internal bool Accepts<T>()
        where T : unmanaged =>
        typeof(T) == ClrType
        || (System.Runtime.CompilerServices.Unsafe.SizeOf<T>() == ByteSize
            && (typeof(T) == typeof(byte) || typeof(T) == typeof(sbyte) || typeof(T) == typeof(short) || typeof(T) == typeof(ushort)
                || typeof(T) == typeof(int) || typeof(T) == typeof(uint) || typeof(T) == typeof(long) || typeof(T) == typeof(ulong)
                || typeof(T) == typeof(Int128) || typeof(T) == typeof(UInt128)));

    /// <summary>PyTorch's name, such as <c>torch.float32</c>; <see cref="Name"/> where it has no such dtype.</summary>
    public override string ToString() => IsTorchType ? $"torch.{Name}" : Name;
}
