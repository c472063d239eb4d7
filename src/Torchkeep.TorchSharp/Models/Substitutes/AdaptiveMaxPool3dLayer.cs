using static TorchSharp.torch;

namespace Torchkeep;

/// <summary>PyTorch's AdaptiveMaxPool3d, where TorchSharp 0.107's forgets the size and then fails.</summary>
internal sealed class AdaptiveMaxPool3dLayer(long[] size) : nn.Module<Tensor, Tensor>("AdaptiveMaxPool3d")
{
    internal long[] Size => size;

    public override Tensor forward(Tensor input)
    {
        // TorchSharp has none that works; the largest of a box is the largest of its layers' largest.
        using var scope = NewDisposeScope();
        var (depth, height, width) = (size[0], size[1], size[2]);
        long[] outer = input.shape[..^3];
        var flat = nn.functional.adaptive_max_pool2d(input.reshape([-1, .. input.shape[^3..]]), [height, width]);
        var lines = nn.functional.adaptive_max_pool1d(flat.permute(0, 2, 3, 1).reshape(-1, height * width, flat.shape[1]), depth);
        return lines.reshape(-1, height, width, depth).permute(0, 3, 1, 2).reshape([.. outer, depth, height, width]).MoveToOuterDisposeScope();
    }
}
