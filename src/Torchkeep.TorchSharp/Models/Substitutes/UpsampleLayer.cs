using static TorchSharp.torch;

namespace Torchkeep;

/// <summary>PyTorch's Upsample by one number for all dimensions, which TorchSharp's wants said for each beforehand.</summary>
internal sealed class UpsampleLayer(long? size, double? factor, bool? recompute) : nn.Module<Tensor, Tensor>("Upsample")
{
    internal long? Size => size;

    internal double? Factor => factor;

    internal bool? Recompute => recompute;

    public override Tensor forward(Tensor input)
    {
        // Batch and channels stay.
        var dimensions = checked((int)input.dim() - 2);
        using var upsample = nn.Upsample(
            size is { } length ? [.. Enumerable.Repeat(length, dimensions)] : null,
            factor is { } scale ? [.. Enumerable.Repeat(scale, dimensions)] : null,
            UpsampleMode.Nearest,
            recompute_scale_factor: recompute);
        return upsample.call(input);
    }
}
