namespace Torchkeep.Torch.Folding;

/// <summary>
/// <c>v * (g / ||v||)</c> with a length for each slice of an axis, or one for all (aten/src/ATen/native/WeightNorm.cpp,
/// torch/nn/utils/weight_norm.py).
/// </summary>
internal sealed class WeightNormRule(TensorView direction, TensorView lengths) : FoldRule(direction, lengths)
{
    private const int None = -1;

    private readonly int _axis = AxisOf(direction, lengths)!.Value;
    private readonly long _inner = AxisOf(direction, lengths) is >= 0 and var axis ? Inner(direction, axis) : 1;
    private double[]? _factors;

    // PyTorch has a kernel for the first and the last axis of all types but float16, which rounds at the end alone.
    private bool IsFused => Type != ElementType.Float16 && _axis != None && (_axis == 0 || _axis == Whole.Shape.Length - 1);

    /// <summary>The axis that the lengths' shape is of, -1 for none (<c>dim=None</c>); or null where the shapes are not those of weight_norm.</summary>
    internal static int? AxisOf(TensorView direction, TensorView lengths)
    {
        if (lengths.Shape.Length == 0)
        {
            return None;
        }

        if (lengths.Shape.Length != direction.Shape.Length)
        {
            return null;
        }

        // Where several axes fit, all of them have one slice.
        for (var axis = 0; axis < lengths.Shape.Length; axis++)
        {
            if (lengths.Shape[axis] == direction.Shape[axis] && lengths.ElementCount == lengths.Shape[axis])
            {
                return axis;
            }
        }

        return null;
    }

    internal override async ValueTask PrepareAsync(bool async, CancellationToken cancellationToken)
    {
        if (_factors is not null)
        {
            return;
        }

        var factors = await ReadAllAsync(lengths, async, cancellationToken).ConfigureAwait(false);
        var squares = new double[factors.Length];
        await ForEachAsync(Whole, (first, piece) => Add(squares, first, piece.Span), async, cancellationToken).ConfigureAwait(false);

        // float32 is the narrowest that the kernel computes in.
        var type = IsFused && Type == ElementType.BFloat16 ? ElementType.Float32 : Type;
        for (var i = 0; i < factors.Length; i++)
        {
            factors[i] = ElementDoubles.Round(factors[i] / ElementDoubles.Round(Math.Sqrt(squares[i]), type), type);
        }

        Volatile.Write(ref _factors, factors);
    }

    internal override ValueTask ApplyAsync(long first, Memory<double> elements, bool async, CancellationToken cancellationToken)
    {
        var span = elements.Span;
        for (var i = 0; i < span.Length; i++)
        {
            span[i] *= _factors![SliceOf(first + i)];
        }

        return ValueTask.CompletedTask;
    }

    private void Add(double[] squares, long first, ReadOnlySpan<double> piece)
    {
        for (var i = 0; i < piece.Length; i++)
        {
            squares[SliceOf(first + i)] += piece[i] * piece[i];
        }
    }

    private long SliceOf(long element) => _axis == None ? 0 : element / _inner % Whole.Shape[_axis];
}
