namespace Torchkeep;

/// <summary>
/// A list of tensors of one rank and dtype in one: PyTorch's nested tensor, with the sizes and strides of each
/// (<c>torch.strided</c>; torch/_utils.py, <c>_rebuild_nested_tensor</c>), or with one ragged dimension
/// (<c>torch.jagged</c>; torch/nested/_internal/nested_tensor.py).
/// </summary>
public sealed class PyNestedTensor : PyCompositeTensor
{
    /// <summary>Tensors anywhere in a buffer.</summary>
    /// <param name="buffer">The elements of all: one dimension.</param>
    /// <param name="sizes">A row of sizes for each tensor, int64.</param>
    /// <param name="strides">A row of strides for each tensor, int64.</param>
    /// <param name="offsets">The first element of each in the buffer, int64.</param>
    /// <exception cref="ArgumentException">Shapes or types do not fit together.</exception>
    public PyNestedTensor(PyTensor buffer, PyTensor sizes, PyTensor strides, PyTensor offsets)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        ArgumentNullException.ThrowIfNull(sizes);
        ArgumentNullException.ThrowIfNull(strides);
        ArgumentNullException.ThrowIfNull(offsets);
        (Values, Sizes, Strides, Offsets) = (buffer, sizes, strides, offsets);
        if (buffer.View.Shape.Length != 1)
        {
            throw Invalid($"its buffer must have 1 dimension, and has {buffer.View.Shape.Length}");
        }

        if (!IsIndex(sizes) || !IsIndex(strides) || !IsIndex(offsets))
        {
            throw Invalid("its sizes, strides and offsets must be int64");
        }

        if (!sizes.View.Shape.SequenceEqual(strides.View.Shape)
            || offsets.View.Shape.Length != 1
            || (sizes.View.Shape.IsEmpty ? 0 : sizes.View.Shape[0]) != offsets.View.Shape[0])
        {
            throw Invalid($"its sizes are {sizes.View}, its strides {strides.View}, its offsets {offsets.View}");
        }
    }

    /// <summary>Tensors one after another, that differ in the size of one dimension.</summary>
    /// <param name="values">All of them, joined along the ragged dimension.</param>
    /// <param name="offsets">Where each begins along it, and the end of the last.</param>
    /// <param name="lengths">How long each is, where not all up to the next; or null.</param>
    /// <param name="raggedIndex">The ragged dimension, counted with the batch as dimension 0.</param>
    /// <exception cref="ArgumentException">Shapes or types do not fit together.</exception>
    public PyNestedTensor(PyTensor values, PyTensor offsets, PyTensor? lengths, int raggedIndex = 1)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(offsets);
        (Values, Offsets, Lengths, RaggedIndex) = (values, offsets, lengths, raggedIndex);
        if (offsets.View.Shape.Length != 1 || offsets.View.ElementType is not (Torchkeep.ElementType.Int64 or Torchkeep.ElementType.Int32))
        {
            throw Invalid($"its offsets must be integers in 1 dimension, and are {offsets.View}");
        }

        if (lengths is not null && (lengths.View.Shape.Length != 1 || lengths.View.ElementCount != offsets.View.ElementCount - 1))
        {
            throw Invalid($"{offsets.View.ElementCount} offsets need a length less, and the lengths are {lengths.View}");
        }

        if (raggedIndex < 1 || raggedIndex > values.View.Shape.Length)
        {
            throw Invalid($"its ragged dimension {raggedIndex} is none of 1 to {values.View.Shape.Length}");
        }
    }

    private PyNestedTensor(PyNestedTensor other) =>
        (Values, Sizes, Strides, Offsets, Lengths, RaggedIndex, Arguments) =
            (other.Values, other.Sizes, other.Strides, other.Offsets, other.Lengths, other.RaggedIndex, other.Arguments);

    /// <summary>Whether one dimension alone is ragged: <c>torch.jagged</c>.</summary>
    public bool IsJagged => Sizes is null;

    /// <summary>The elements of all tensors.</summary>
    public PyTensor Values { get; }

    /// <summary>Where each tensor begins.</summary>
    public PyTensor Offsets { get; }

    /// <summary>A row of sizes for each tensor; null when jagged.</summary>
    public PyTensor? Sizes { get; }

    /// <summary>A row of strides for each tensor; null when jagged.</summary>
    public PyTensor? Strides { get; }

    /// <summary>How long each is along the ragged dimension, where the offsets do not say; else null.</summary>
    public PyTensor? Lengths { get; }

    /// <summary>The ragged dimension, counted with the batch as dimension 0; 0 when not jagged.</summary>
    public int RaggedIndex { get; }

    /// <summary>The number of tensors.</summary>
    public long Count => IsJagged ? Math.Max(0, Offsets.View.ElementCount - 1) : Offsets.View.ElementCount;

    /// <inheritdoc/>
    public override ElementType? ElementType => Values.View.ElementType;

    /// <inheritdoc/>
    public override string Layout => IsJagged ? "torch.jagged" : "torch.strided";

    /// <inheritdoc/>
    public override IReadOnlyList<KeyValuePair<string, PyTensor>> Parts =>
        !IsJagged ? [new("values", Values), new("sizes", Sizes!), new("strides", Strides!), new("offsets", Offsets)]
        : Lengths is null ? [new("values", Values), new("offsets", Offsets)]
        : [new("values", Values), new("offsets", Offsets), new("lengths", Lengths)];

    /// <summary>What a file gave beyond the parts: the arguments as they were, which a save writes again.</summary>
    internal PyTuple? Arguments { get; init; }

    /// <summary>Type, layout, dtype and the number of tensors.</summary>
    public override string ToString() => $"{TypeName} {Layout} {ElementTypeInfo.Of(Values.View.ElementType)} nested, of {Count} tensors";

    internal override IEnumerable<PyValue> Made => Arguments is null ? base.Made : [Arguments];

    internal override PyCompositeTensor With(bool requiresGrad, bool isParameter, PyValue? state, PyGlobal? subclass) =>
        new PyNestedTensor(this) { RequiresGrad = requiresGrad, IsParameter = isParameter, State = state, Subclass = subclass };

    private static bool IsIndex(PyTensor tensor) => tensor.View.ElementType == Torchkeep.ElementType.Int64;

    private static ArgumentException Invalid(string problem) => new($"this is no nested tensor: {problem}");
}
