namespace Torchkeep.Torch.Folding;

/// <summary>
/// <c>weight / (u . W v)</c>, W being the weight as a matrix with one axis first: what spectral_norm does in evaluation mode
/// (torch/nn/utils/spectral_norm.py, parametrizations.py).
/// </summary>
internal sealed class SpectralRule : FoldRule
{
    // How far u and v may be from the singular vectors that they approach, and how much farther those of a wrong axis are.
    private const double MaxResidual = 0.5;
    private const double Clearness = 2;

    private readonly TensorView _left;
    private readonly TensorView _right;
    private readonly long _inner;
    private readonly long _size;
    private double[]? _sigma;

    private SpectralRule(TensorView whole, TensorView left, TensorView right, int axis)
        : base(whole, left, right) =>
        (_left, _right, _inner, _size) = (left, right, Inner(whole, axis), whole.Shape[axis]);

    /// <summary>The axes that u and v fit; <c>dim</c> is not in the file.</summary>
    internal static IReadOnlyList<int> AxesOf(TensorView whole, TensorView left, TensorView right) =>
        whole.Shape.Length < 2 || left.Shape.Length != 1 || right.Shape.Length != 1
            ? []
            : [.. Enumerable.Range(0, whole.Shape.Length).Where(axis =>
                whole.Shape[axis] == left.ElementCount && (Int128)left.ElementCount * right.ElementCount == whole.ElementCount && left.ElementCount > 0)];

    /// <summary>The rule, or null where nothing tells which axis it is.</summary>
    internal static SpectralRule? Of(TensorView whole, TensorView left, TensorView right)
    {
        var axes = AxesOf(whole, left, right);
        if (axes.Count == 1 || left.ElementCount == 1)
        {
            return new(whole, left, right, axes[0]);
        }

        // u and v are those of the last step of training: with the right axis, one follows from the other.
        var ranked = axes.Select(axis => (Axis: axis, Residual: new SpectralRule(whole, left, right, axis).Residual())).OrderBy(entry => entry.Residual).ToList();
        return ranked[0].Residual < MaxResidual && ranked[1].Residual > Clearness * ranked[0].Residual ? new(whole, left, right, ranked[0].Axis)
            : whole.Shape.Length == 2 ? new(whole, left, right, axis: 0)
            : null;
    }

    internal override async ValueTask PrepareAsync(bool async, CancellationToken cancellationToken)
    {
        if (_sigma is not null)
        {
            return;
        }

        var (left, right) = await VectorsAsync(async, cancellationToken).ConfigureAwait(false);
        var product = new double[left.Length];
        await ForEachAsync(Whole, (first, piece) => Multiply(first, piece.Span, right, product), async, cancellationToken).ConfigureAwait(false);
        var sigma = 0.0;
        for (var i = 0; i < left.Length; i++)
        {
            sigma += left[i] * ElementDoubles.Round(product[i], Type);
        }

        Volatile.Write(ref _sigma, [ElementDoubles.Round(sigma, Type)]);
    }

    internal override ValueTask ApplyAsync(long first, Memory<double> elements, bool async, CancellationToken cancellationToken)
    {
        var sigma = _sigma![0];
        foreach (ref var element in elements.Span)
        {
            element /= sigma;
        }

        return ValueTask.CompletedTask;
    }

    private async ValueTask<(double[] Left, double[] Right)> VectorsAsync(bool async, CancellationToken cancellationToken) =>
        (await ReadAllAsync(_left, async, cancellationToken).ConfigureAwait(false), await ReadAllAsync(_right, async, cancellationToken).ConfigureAwait(false));

    // How far u is from W v, or v from W' u, whichever was computed of the other last.
    private double Residual()
    {
        var (left, right) = VectorsAsync(async: false, default).GetAwaiter().GetResult();
        var (ofRight, ofLeft) = (new double[left.Length], new double[right.Length]);
        ForEachAsync(
            Whole,
            (first, piece) =>
            {
                Multiply(first, piece.Span, right, ofRight);
                for (var i = 0; i < piece.Length; i++)
                {
                    var (row, column) = PlaceOf(first + i);
                    ofLeft[column] += piece.Span[i] * left[row];
                }
            },
            async: false,
            default).GetAwaiter().GetResult();
        return Math.Min(Distance(left, ofRight), Distance(right, ofLeft));
    }

    private static double Distance(double[] unit, double[] vector)
    {
        var length = Math.Sqrt(vector.Sum(value => value * value));
        return Math.Sqrt(unit.Zip(vector, (one, other) => Math.Pow(one - (other / length), 2)).Sum());
    }

    private void Multiply(long first, ReadOnlySpan<double> piece, double[] right, double[] product)
    {
        for (var i = 0; i < piece.Length; i++)
        {
            var (row, column) = PlaceOf(first + i);
            product[row] += piece[i] * right[column];
        }
    }

    private (long Row, long Column) PlaceOf(long element) => (element / _inner % _size, (element / (_inner * _size) * _inner) + (element % _inner));
}
