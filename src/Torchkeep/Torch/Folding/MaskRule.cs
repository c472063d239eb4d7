namespace Torchkeep.Torch.Folding;

/// <summary><c>mask * weight</c> (torch/nn/utils/prune.py, <c>BasePruningMethod.apply_mask</c>).</summary>
internal sealed class MaskRule(TensorView whole, TensorView mask) : FoldRule(whole, mask)
{
    internal override ValueTask PrepareAsync(bool async, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    internal override async ValueTask ApplyAsync(long first, Memory<double> elements, bool async, CancellationToken cancellationToken)
    {
        var factors = new double[elements.Length];
        await ElementDoubles.ReadAsync(mask, first, factors, async, cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < factors.Length; i++)
        {
            elements.Span[i] *= factors[i];
        }
    }
}
