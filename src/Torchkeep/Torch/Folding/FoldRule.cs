using Torchkeep.Tensors;

namespace Torchkeep.Torch.Folding;

/// <summary>How the elements of a weight become those that PyTorch computes with. All arithmetic is in doubles, rounded where PyTorch rounds.</summary>
/// <param name="parts">The tensors of the group; the first has the weight's shape.</param>
internal abstract class FoldRule(params TensorView[] parts)
{
    internal const int ChunkElements = 1 << 16;

    internal IReadOnlyList<TensorView> Parts => parts;

    /// <summary>What has the weight's shape.</summary>
    protected TensorView Whole => parts[0];

    protected ElementType Type => parts[0].ElementType;

    /// <summary>Reads what all elements need. It may run twice at once, with the same result.</summary>
    internal abstract ValueTask PrepareAsync(bool async, CancellationToken cancellationToken);

    /// <summary>Turns elements of the first part, from one on in row-major order, into the weight's.</summary>
    internal abstract ValueTask ApplyAsync(long first, Memory<double> elements, bool async, CancellationToken cancellationToken);

    /// <summary>Goes over all elements of a tensor in row-major order, a piece at a time.</summary>
    protected static async ValueTask ForEachAsync(TensorView view, Action<long, ReadOnlyMemory<double>> take, bool async, CancellationToken cancellationToken)
    {
        var buffer = new double[Math.Min(view.ElementCount, ChunkElements)];
        for (long first = 0; first < view.ElementCount; first += buffer.Length)
        {
            var piece = buffer.AsMemory(0, (int)Math.Min(buffer.Length, view.ElementCount - first));
            await ElementDoubles.ReadAsync(view, first, piece, async, cancellationToken).ConfigureAwait(false);
            take(first, piece);
        }
    }

    /// <summary>All elements of a small tensor. Nothing is allocated before it is known to be readable.</summary>
    protected static async ValueTask<double[]> ReadAllAsync(TensorView view, bool async, CancellationToken cancellationToken)
    {
        await ElementDoubles.ReadAsync(view, 0, new double[Math.Min(view.ElementCount, 1)], async, cancellationToken).ConfigureAwait(false);
        var all = new double[view.ElementCount];
        await ForEachAsync(view, (first, piece) => piece.CopyTo(all.AsMemory((int)first)), async, cancellationToken).ConfigureAwait(false);
        return all;
    }

    /// <summary>The number of elements behind each step along an axis.</summary>
    protected static long Inner(TensorView view, int axis)
    {
        var inner = 1L;
        foreach (var size in view.Shape.AsSpan()[(axis + 1)..])
        {
            inner *= size;
        }

        return inner;
    }
}
