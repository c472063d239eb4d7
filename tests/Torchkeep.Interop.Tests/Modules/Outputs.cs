using TorchSharp;

namespace Torchkeep.Interop.Tests.Modules;

/// <summary>Compares what a module makes on both sides.</summary>
internal static class Outputs
{
    /// <summary>What float32 sums of some dozens of products differ by between two builds of PyTorch, relative to the largest output.</summary>
    internal const double Tolerance = 2e-6;

    internal static void Check(IReadOnlyList<torch.Tensor> expected, IReadOnlyList<torch.Tensor> actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        foreach (var (left, right) in expected.Zip(actual))
        {
            Assert.Equal(left.shape, right.shape);
            Assert.Equal(left.dtype, right.dtype);
            var distance = (left - right).abs().max() / left.abs().max().clamp(min: 1);
            Assert.InRange(distance.to(torch.float64).item<double>(), 0, Tolerance);
        }
    }
}
