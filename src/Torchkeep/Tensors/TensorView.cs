using System.Collections.Immutable;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Torchkeep.Tensors;

namespace Torchkeep;

/// <summary>
/// A tensor as PyTorch keeps it: an element type, a shape and strides over a <see cref="TensorStorage"/>. It holds no
/// bytes; they are read from the storage when asked for, from any thread.
/// </summary>
public sealed unsafe partial class TensorView
{
    private const int MaxSpan = 1 << 30;

    private TensorView? _origin;
    private bool _isCounted;
    private string? _name;

    /// <summary>A view of a storage.</summary>
    /// <param name="storage">What it is a view of.</param>
    /// <param name="elementType">The elements.</param>
    /// <param name="shape">Sizes of the dimensions, outermost first; empty for a 0-dim tensor.</param>
    /// <param name="strides">Steps of the dimensions, in elements.</param>
    /// <param name="storageOffset">The first element, counted from the storage's start in elements.</param>
    /// <exception cref="ArgumentException">
    /// A size, stride or offset is negative, ranks differ, or an element lies outside of the storage
    /// (the checks of <c>torch.Tensor.set_</c>).
    /// </exception>
    public TensorView(TensorStorage storage, ElementType elementType, ReadOnlySpan<long> shape, ReadOnlySpan<long> strides, long storageOffset = 0)
        : this(storage, elementType, storageOffset, ImmutableArray.Create(shape), ImmutableArray.Create(strides), isCallers: true)
    {
    }

    /// <summary>A view of a whole storage in row-major order.</summary>
    /// <param name="storage">What it is a view of.</param>
    /// <param name="elementType">The elements.</param>
    /// <param name="shape">Sizes of the dimensions, outermost first; empty for a 0-dim tensor.</param>
    /// <exception cref="ArgumentException">The storage is too small for the shape, or a size is negative.</exception>
    public TensorView(TensorStorage storage, ElementType elementType, ReadOnlySpan<long> shape)
        : this(storage, elementType, storageOffset: 0, ImmutableArray.Create(shape), TensorLayout.RowMajorStrides(shape), isCallers: true)
    {
    }

    /// <param name="storage">What it is a view of.</param>
    /// <param name="elementType">The elements.</param>
    /// <param name="storageOffset">The first element.</param>
    /// <param name="shape">Sizes of the dimensions.</param>
    /// <param name="strides">Steps of the dimensions.</param>
    /// <param name="isCallers">Whether a caller of the library says so, and no file: then a mistake is an <see cref="ArgumentException"/>.</param>
    internal TensorView(
        TensorStorage storage, ElementType elementType, long storageOffset, ImmutableArray<long> shape, ImmutableArray<long> strides, bool isCallers = false)
    {
        ArgumentNullException.ThrowIfNull(storage);
        Storage = storage;
        ElementType = elementType;
        Shape = shape;
        Strides = strides;
        StorageOffset = storageOffset;
        try
        {
            ElementCount = TensorLayout.CountElements(shape.AsSpan(), Info.ByteSize);
            TensorLayout.CheckInside(shape.AsSpan(), strides.AsSpan(), storageOffset, ElementCount, Info.ElementsIn(storage.ByteLength));
            if (!Info.IsTorchType)
            {
                TensorLayout.CheckPacked(this, Info);
            }
        }
        catch (InvalidCheckpointException error) when (isCallers)
        {
            throw new ArgumentException(error.Problem);
        }
    }

    /// <summary>The memory that this is a view of; the same object for tensors that share it.</summary>
    public TensorStorage Storage { get; }

    /// <summary>The elements.</summary>
    public ElementType ElementType { get; }

    /// <summary>Sizes of the dimensions, outermost first; empty for a 0-dim tensor.</summary>
    public ImmutableArray<long> Shape { get; }

    /// <summary>Steps of the dimensions, in elements.</summary>
    public ImmutableArray<long> Strides { get; }

    /// <summary>The first element, counted from the storage's start in elements.</summary>
    public long StorageOffset { get; }

    /// <summary>The number of elements: the product of the shape.</summary>
    public long ElementCount { get; }

    /// <summary>The bytes of all elements in row-major order; for a view this is not the storage's length.</summary>
    public long ByteLength => Info.BytesOf(ElementCount);

    /// <summary>Whether the elements already lie in row-major order without gaps.</summary>
    public bool IsContiguous => TensorLayout.IsContiguous(Shape.AsSpan(), Strides.AsSpan());

    /// <summary>PyTorch's conjugate bit: the storage holds the conjugates. Reading resolves it.</summary>
    public bool IsConjugated { get; internal init; }

    /// <summary>PyTorch's negative bit: the storage holds the negatives. Reading resolves it.</summary>
    public bool IsNegated { get; internal init; }

    /// <summary>
    /// What messages call this tensor: its name where the checkpoint first has it, or null outside of one. Asking for the
    /// first name of a checkpoint lists its <see cref="Checkpoint.Tensors"/>.
    /// </summary>
    public string? Name
    {
        get
        {
            if (_name is null)
            {
                Names?.Find();
            }

            return _name ?? _origin?.Name;
        }

        internal init => _name = value;
    }

    internal TensorNames? Names { get; init; }

    /// <summary>Whether a file has it as another name of a tensor alone, which a save that cannot say what is tied leaves so.</summary>
    internal bool IsAlias { get; init; }

    internal long MaxExpandedBytes { get; init; } = ReadLimits.Default.MaxExpandedBytes;

    /// <summary>Where the bytes of the file's tensors are counted; null outside of a file.</summary>
    internal FileBudget? Budget { get; init; }

    private ElementTypeInfo Info => ElementTypeInfo.Of(ElementType);

    /// <summary>A tensor over an array, which it keeps and does not copy.</summary>
    /// <typeparam name="T">The .NET type of <paramref name="elementType"/>, or an integer of its size for the raw bits.</typeparam>
    /// <param name="elements">The elements in row-major order.</param>
    /// <param name="elementType">The elements.</param>
    /// <param name="shape">Sizes of the dimensions, outermost first; empty for a 0-dim tensor.</param>
    /// <exception cref="ArgumentException">
    /// <typeparamref name="T"/> cannot hold that element type, the array is too small for the shape, or a size is negative.
    /// </exception>
    public static TensorView FromArray<T>(T[] elements, ElementType elementType, params ReadOnlySpan<long> shape)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(elements);
        CheckAccepts<T>(elementType);
        return new(TensorStorage.FromArray(elements), elementType, shape);
    }

    /// <summary>Another view of the same storage, as <c>torch.Tensor.as_strided</c>; name, limits and bits are kept.</summary>
    /// <param name="shape">Sizes of the dimensions, outermost first.</param>
    /// <param name="strides">Steps of the dimensions, in elements.</param>
    /// <param name="storageOffset">The first element, counted from the storage's start in elements.</param>
    /// <exception cref="ArgumentException">As for the constructor.</exception>
    public TensorView AsStrided(ReadOnlySpan<long> shape, ReadOnlySpan<long> strides, long storageOffset) =>
        new(Storage, ElementType, shape, strides, storageOffset)
        {
            _origin = this,
            IsConjugated = IsConjugated,
            IsNegated = IsNegated,
            MaxExpandedBytes = MaxExpandedBytes,
        };

    /// <summary>
    /// Checks that the storage's bytes are there and are those that were written, so that reading them afterwards fails
    /// only if the file changes. Costs one pass over the storage the first time, and nothing later.
    /// </summary>
    /// <param name="cancellationToken">Stops the pass.</param>
    /// <exception cref="InvalidCheckpointException">The bytes are missing or fail their checksum.</exception>
    /// <exception cref="UnsupportedCheckpointException">The tensor has no bytes.</exception>
    public void Verify(CancellationToken cancellationToken = default)
    {
        try
        {
            Storage.Bytes.Verify(cancellationToken);
        }
        catch (CheckpointException error) when (error.TensorName is null)
        {
            error.TensorName = Name;
            throw;
        }
    }

    /// <summary>
    /// Reads elements in row-major order and the machine's byte order. A contiguous tensor is read straight into
    /// <paramref name="destination"/>, any other by way of a buffer of 4 MiB at most.
    /// </summary>
    /// <param name="destination">Filled completely; its length must be whole elements.</param>
    /// <param name="byteOffset">Where to start among the <see cref="ByteLength"/> bytes; must be whole elements.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the tensor or not whole elements.</exception>
    /// <exception cref="InvalidCheckpointException">The bytes are missing or fail their checksum.</exception>
    /// <exception cref="UnsupportedCheckpointException">The tensor has no bytes, or passes <see cref="ReadLimits.MaxExpandedBytes"/>.</exception>
    public void ReadBytes(Span<byte> destination, long byteOffset = 0)
    {
        CheckRange(destination.Length, byteOffset);
        if (destination.IsEmpty)
        {
            return;
        }

        CheckReadable();
        var size = Info.ByteSize;
        try
        {
            if (IsContiguous)
            {
                Storage.Bytes.Read((StorageOffset * size) + byteOffset, destination);
            }
            else
            {
                StridedReader.Read(Storage.Bytes, size, Shape.AsSpan(), Strides.AsSpan(), StorageOffset, byteOffset / size, destination);
            }
        }
        catch (CheckpointException error) when (error.TensorName is null)
        {
            error.TensorName = Name;
            throw;
        }

        Resolve(destination);
    }

    /// <summary>
    /// Reads the whole tensor as a span with its shape, row-major. Allocates managed memory of <see cref="ByteLength"/>,
    /// which lives as long as the span does; more than 2^31 elements are fine. A 0-dim tensor comes with one dimension of
    /// size 1, since such spans have at least one, and one whose elements are no whole bytes as a row of its bytes.
    /// </summary>
    /// <typeparam name="T">
    /// <see cref="ElementTypeInfo.ClrType"/>, or an integer of the element's size for the raw bits (<c>ushort</c> for bfloat16).
    /// </typeparam>
    /// <exception cref="ArgumentException"><typeparamref name="T"/> cannot hold this element type.</exception>
    /// <exception cref="CheckpointException">As for <see cref="ReadBytes"/>.</exception>
    public ReadOnlyTensorSpan<T> ReadSpan<T>()
        where T : unmanaged
    {
        CheckAccepts<T>(ElementType);
        CheckReadable();
        ref var first = ref ReadAll();
        return TensorMarshal.CreateReadOnlyTensorSpan(
            in Unsafe.As<byte, T>(ref first), (nint)(ByteLength / Info.ByteSize), Lengths(), strides: default, pinned: false);
    }

    /// <summary>
    /// The whole tensor as a span over the memory that it already lies in: that of a checkpoint opened from memory, or with
    /// <see cref="ReadOptions.MemoryMap"/>. Nothing is copied or allocated; the span is good until the checkpoint is
    /// disposed. A 0-dim tensor comes with one dimension of size 1.
    /// </summary>
    /// <typeparam name="T">As for <see cref="ReadSpan"/>.</typeparam>
    /// <param name="span">The elements.</param>
    /// <returns>
    /// False where the elements do not lie in memory as they are asked for: in a file that is read, compressed, not in
    /// row-major order, not aligned to their size, of the other byte order, or conjugated. Use <see cref="ReadSpan"/> then.
    /// </returns>
    /// <exception cref="ArgumentException"><typeparamref name="T"/> cannot hold this element type.</exception>
    /// <exception cref="CheckpointException">As for <see cref="ReadBytes"/>.</exception>
    public bool TryGetSpan<T>(out ReadOnlyTensorSpan<T> span)
        where T : unmanaged
    {
        CheckAccepts<T>(ElementType);
        span = default;
        if (!IsContiguous || IsConjugated || IsNegated || ElementCount == 0 || !Storage.HasBytes || (Storage.IsBigEndian == BitConverter.IsLittleEndian && sizeof(T) > 1))
        {
            return false;
        }

        var bytes = ReadOnlySpan<byte>.Empty;
        try
        {
            if (!TryGetBytes(out bytes))
            {
                return false;
            }
        }
        catch (CheckpointException error) when (error.TensorName is null)
        {
            error.TensorName = Name;
            throw;
        }

        ref var first = ref MemoryMarshal.GetReference(bytes);
        if ((nint)Unsafe.AsPointer(ref first) % sizeof(T) != 0)
        {
            return false;
        }

        span = TensorMarshal.CreateReadOnlyTensorSpan(in Unsafe.As<byte, T>(ref first), (nint)(ByteLength / Info.ByteSize), Lengths(), strides: default, pinned: false);
        return true;
    }

    /// <summary>Reads the whole tensor into a new array, row-major.</summary>
    /// <typeparam name="T">As for <see cref="ReadSpan"/>.</typeparam>
    /// <exception cref="ArgumentException"><typeparamref name="T"/> cannot hold this element type.</exception>
    /// <exception cref="UnsupportedCheckpointException">The tensor has more elements than an array; use <see cref="ReadSpan"/>.</exception>
    /// <exception cref="CheckpointException">As for <see cref="ReadBytes"/>.</exception>
    public T[] ToArray<T>()
        where T : unmanaged
    {
        var elements = NewArray<T>();
        fixed (T* first = elements)
        {
            ReadInto((byte*)first);
        }

        return elements;
    }

    private T[] NewArray<T>()
        where T : unmanaged
    {
        CheckAccepts<T>(ElementType);
        CheckReadable();
        var count = ByteLength / Info.ByteSize;
        if (count > Array.MaxLength)
        {
            throw new UnsupportedCheckpointException($"{count} elements do not fit an array; use {nameof(ReadSpan)}") { TensorName = Name };
        }

        return GC.AllocateUninitializedArray<T>((int)count);
    }

    /// <summary>Such as <c>torch.float32 [64, 3, 7, 7]</c>.</summary>
    public override string ToString() => $"{Info} {TensorLayout.Format(Shape.AsSpan())}";

    /// <summary>The same shape over another storage; name, limits and bits are kept.</summary>
    internal TensorView Over(TensorStorage storage, ElementType type, long offset, ImmutableArray<long> strides) =>
        new(storage, type, offset, Shape, strides)
        {
            _origin = this,
            IsConjugated = IsConjugated,
            IsNegated = IsNegated,
            MaxExpandedBytes = MaxExpandedBytes,
        };

    /// <summary>The same elements as they lie in the file, in its byte order and without lazy signs.</summary>
    internal TensorView Raw() =>
        new(new TensorStorage(Storage.Bytes, Storage.Location, Storage.ElementType, bigEndian: false), ElementType, StorageOffset, Shape, Strides)
        {
            _origin = this,
            MaxExpandedBytes = MaxExpandedBytes,
        };

    /// <summary>A tensor that is found in several places keeps the name of the first.</summary>
    internal void NameOnce(string name) => _name ??= name;

    /// <summary>Fills unmanaged memory of <see cref="ByteLength"/> bytes; spans end at 2 GiB, tensors do not.</summary>
    internal void ReadInto(byte* destination)
    {
        const int Chunk = 1 << 30;
        for (long done = 0; done < ByteLength; done += Chunk)
        {
            ReadBytes(new Span<byte>(destination + done, (int)Math.Min(Chunk, ByteLength - done)), done);
        }
    }

    private static void CheckAccepts<T>(ElementType type)
        where T : unmanaged
    {
        if (!ElementTypeInfo.Of(type).Accepts<T>())
        {
            throw new ArgumentException($"elements of {ElementTypeInfo.Of(type)} cannot be read or given as {typeof(T)}");
        }
    }

    // A file may claim any number of dimensions, so they do not go on the call stack.
    private nint[] Lengths() => Shape.IsEmpty || !Info.IsTorchType ? [(nint)(ByteLength / Info.ByteSize)] : [.. Shape.Select(size => checked((nint)size))];

    // The first bytes where all of them lie together.
    private bool TryGetBytes(out ReadOnlySpan<byte> bytes)
    {
        var offset = StorageOffset * Info.ByteSize;
        if (ByteLength <= int.MaxValue)
        {
            return Storage.Bytes.TryGetSpan(offset, (int)ByteLength, out bytes);
        }

        // A span ends at 2 GiB: they lie together where each piece begins at the end of the one before it.
        if (!Storage.Bytes.TryGetSpan(offset, MaxSpan, out bytes))
        {
            return false;
        }

        var next = bytes;
        for (long done = MaxSpan; done < ByteLength; done += MaxSpan)
        {
            ref var end = ref Unsafe.Add(ref MemoryMarshal.GetReference(next), MaxSpan);
            if (!Storage.Bytes.TryGetSpan(offset + done, (int)Math.Min(MaxSpan, ByteLength - done), out next)
                || !Unsafe.AreSame(ref end, ref MemoryMarshal.GetReference(next)))
            {
                return false;
            }
        }

        return true;
    }

    private void CheckRange(int length, long byteOffset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(byteOffset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(byteOffset, ByteLength - length);
        ArgumentOutOfRangeException.ThrowIfNotEqual((byteOffset | (uint)length) % Info.ByteSize, 0);
    }

    // From the storage's bytes to the elements in the machine's order.
    private void Resolve(Span<byte> elements)
    {
        if (Storage.IsBigEndian == BitConverter.IsLittleEndian)
        {
            ElementOrder.Swap(elements, Info.SwapSize);
        }

        if (IsConjugated)
        {
            ElementOrder.Conjugate(elements, Info);
        }

        if (IsNegated)
        {
            ElementOrder.Negate(elements, Info);
        }
    }

    private void CheckReadable()
    {
        if (!Storage.HasBytes && ElementCount > 0)
        {
            TensorThrow.NoBytes(Name);
        }

        if (ByteLength - Storage.ByteLength > MaxExpandedBytes)
        {
            TensorThrow.Expanded(Name, ByteLength, Storage.ByteLength, MaxExpandedBytes);
        }

        CountOnce();
    }

    /// <summary>Counts the tensor among those of its file that are read, however often and in what shape it is.</summary>
    internal void CountOnce()
    {
        var first = this;
        while (first._origin is { } origin)
        {
            first = origin;
        }

        if (first.Budget is not { } budget || Interlocked.Exchange(ref first._isCounted, true))
        {
            return;
        }

        if (budget.AddTensor(first.ByteLength) is { } limit)
        {
            first._isCounted = false;
            TensorThrow.ExpandedTogether(Name, limit);
        }
    }

    // An array of 64-byte blocks can be 128 GiB long where one of bytes ends at 2 GiB, and a reference into it keeps it alive.
    private ref byte ReadAll()
    {
        var blocks = GC.AllocateUninitializedArray<Block>(checked((int)((ByteLength + sizeof(Block) - 1) / sizeof(Block))));
        fixed (Block* first = blocks)
        {
            ReadInto((byte*)first);
        }

        return ref Unsafe.As<Block, byte>(ref MemoryMarshal.GetArrayDataReference(blocks));
    }

    [StructLayout(LayoutKind.Sequential, Size = 64)]
    private readonly struct Block;
}
