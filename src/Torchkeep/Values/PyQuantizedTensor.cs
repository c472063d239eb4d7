using System.Collections.Immutable;
using System.Globalization;
using Torchkeep.Tensors;

namespace Torchkeep;

/// <summary>
/// A quantized tensor: integers, and the scale and zero point that turn them into numbers, one for all or one for each
/// slice along an axis (torch/_utils.py, <c>_rebuild_qtensor</c>). A number is <c>(integer - zero point) * scale</c>.
/// </summary>
public sealed class PyQuantizedTensor : PyCompositeTensor
{
    private readonly PyTensor _integers;

    /// <summary>A tensor of one scale, <c>torch.per_tensor_affine</c>.</summary>
    /// <param name="integers">
    /// The integers, of a quantized element type. Of the packed types it is a view of the bytes, in one dimension.
    /// </param>
    /// <param name="scale">What an integer counts for.</param>
    /// <param name="zeroPoint">The integer that is 0.</param>
    /// <param name="shape">The sizes in numbers, for the packed types; else they are those of <paramref name="integers"/>.</param>
    /// <exception cref="ArgumentException">The element type is not quantized, or the shapes do not fit.</exception>
    public PyQuantizedTensor(TensorView integers, double scale, long zeroPoint, params ReadOnlySpan<long> shape)
        : this(integers, shape) => (Scale, ZeroPoint) = (scale, zeroPoint);

    /// <summary>A tensor with scales along an axis, <c>torch.per_channel_affine</c>.</summary>
    /// <param name="integers">As for the other constructor.</param>
    /// <param name="scales">A scale for each slice: one dimension.</param>
    /// <param name="zeroPoints">A zero point for each slice: one dimension.</param>
    /// <param name="axis">The dimension that is sliced.</param>
    /// <param name="shape">As for the other constructor.</param>
    /// <exception cref="ArgumentException">The element type is not quantized, or the shapes do not fit.</exception>
    public PyQuantizedTensor(TensorView integers, PyTensor scales, PyTensor zeroPoints, int axis, params ReadOnlySpan<long> shape)
        : this(integers, shape)
    {
        ArgumentNullException.ThrowIfNull(scales);
        ArgumentNullException.ThrowIfNull(zeroPoints);
        (Scales, ZeroPoints, Axis) = (scales, zeroPoints, axis);
        if (axis < 0 || axis >= Shape.Length)
        {
            throw Invalid($"its axis {axis} is none of the {Shape.Length} dimensions");
        }

        if (scales.View.ElementCount != Shape[axis] || zeroPoints.View.ElementCount != Shape[axis])
        {
            throw Invalid($"there are {Shape[axis]} slices along dimension {axis}, {scales.View.ElementCount} scales and {zeroPoints.View.ElementCount} zero points");
        }
    }

    private PyQuantizedTensor(TensorView integers, ReadOnlySpan<long> shape)
    {
        ArgumentNullException.ThrowIfNull(integers);
        _integers = new(integers);
        Shape = shape.IsEmpty ? integers.Shape : ImmutableArray.Create(shape);
        if (ValuesPerByte(integers.ElementType) is not { } packed)
        {
            throw Invalid($"its elements are {ElementTypeInfo.Of(integers.ElementType)}, which is no quantized type");
        }

        var bytes = packed == 1 ? 0 : CallersPackedLength(packed);
        if (packed == 1 ? !integers.Shape.SequenceEqual(Shape) : integers.Shape.Length != 1 || integers.Shape[0] != bytes)
        {
            throw Invalid($"integers of shape {TensorLayout.Format(integers.Shape.AsSpan())} are not those of shape {TensorLayout.Format(Shape.AsSpan())}");
        }
    }

    private PyQuantizedTensor(PyQuantizedTensor other) =>
        (_integers, Shape, Scale, ZeroPoint, Scales, ZeroPoints, Axis) =
            (other._integers, other.Shape, other.Scale, other.ZeroPoint, other.Scales, other.ZeroPoints, other.Axis);

    /// <summary>The sizes in numbers.</summary>
    public ImmutableArray<long> Shape { get; }

    /// <summary>
    /// The integers, PyTorch's <c>int_repr()</c>. Of the packed types a view of the bytes, several numbers to one.
    /// </summary>
    public TensorView Integers => _integers.View;

    /// <summary>Whether there is a scale for each slice rather than one for all.</summary>
    public bool IsPerChannel => Scales is not null;

    /// <summary>What an integer counts for; 0 with <see cref="IsPerChannel"/>.</summary>
    public double Scale { get; }

    /// <summary>The integer that is 0; 0 with <see cref="IsPerChannel"/>.</summary>
    public long ZeroPoint { get; }

    /// <summary>The scales of the slices, or null.</summary>
    public PyTensor? Scales { get; }

    /// <summary>The zero points of the slices, or null. Floats mean PyTorch's <c>per_channel_affine_float_qparams</c>.</summary>
    public PyTensor? ZeroPoints { get; }

    /// <summary>The dimension that is sliced; 0 without <see cref="IsPerChannel"/>.</summary>
    public int Axis { get; }

    /// <summary>PyTorch's name of the scheme, such as <c>torch.per_tensor_affine</c>.</summary>
    public string Scheme => ZeroPoints is null ? "torch.per_tensor_affine"
        : ElementTypeInfo.Of(ZeroPoints.View.ElementType).Sign == ElementSign.TopBit ? "torch.per_channel_affine_float_qparams"
        : "torch.per_channel_affine";

    /// <inheritdoc/>
    public override ElementType? ElementType => Integers.ElementType;

    /// <inheritdoc/>
    public override string Layout => "torch.strided";

    /// <inheritdoc/>
    public override IReadOnlyList<KeyValuePair<string, PyTensor>> Parts => Scales is null
        ? [new("int_repr", _integers)]
        : [new("int_repr", _integers), new("q_per_channel_scales", Scales), new("q_per_channel_zero_points", ZeroPoints!)];

    /// <summary>Type, dtype, shape and scheme.</summary>
    public override string ToString() =>
        $"{TypeName} {ElementTypeInfo.Of(Integers.ElementType)} {TensorLayout.Format(Shape.AsSpan())} "
        + (Scales is null
            ? string.Create(CultureInfo.InvariantCulture, $"scale {Values.PythonRepr.Of(Scale)} zero point {ZeroPoint}")
            : $"scales along dimension {Axis}");

    /// <summary>How many numbers a byte holds, or null for a type that is not quantized.</summary>
    internal static int? ValuesPerByte(ElementType type) => type switch
    {
        Torchkeep.ElementType.QInt8 or Torchkeep.ElementType.QUInt8 or Torchkeep.ElementType.QInt32 => 1,
        Torchkeep.ElementType.QUInt4x2 => 2,
        Torchkeep.ElementType.QUInt2x4 => 4,
        _ => null,
    };

    /// <summary>The bytes that numbers of a packed type take, as <c>int_repr()</c> counts them.</summary>
    internal static long PackedLength(ReadOnlySpan<long> shape, int valuesPerByte)
    {
        var count = TensorLayout.CountElements(shape, 1);
        return (count / valuesPerByte) + (count % valuesPerByte == 0 ? 0 : 1);
    }

    private long CallersPackedLength(int valuesPerByte)
    {
        try
        {
            return PackedLength(Shape.AsSpan(), valuesPerByte);
        }
        catch (InvalidCheckpointException error)
        {
            throw Invalid(error.Problem);
        }
    }

    internal override PyCompositeTensor With(bool requiresGrad, bool isParameter, PyValue? state, PyGlobal? subclass) =>
        new PyQuantizedTensor(this) { RequiresGrad = requiresGrad, IsParameter = isParameter, State = state, Subclass = subclass };

    private static ArgumentException Invalid(string problem) => new($"this is no quantized tensor: {problem}");
}
