namespace Torchkeep.Benchmarks;

/// <summary>What one contender needed for one job.</summary>
/// <param name="First">The time of the first call in the process, in milliseconds.</param>
/// <param name="Milliseconds">The time of each repetition.</param>
/// <param name="Peak">The most memory that a repetition had beyond what the process had before, in bytes.</param>
/// <param name="Read">The bytes that a repetition read by calls; what is mapped is not among them.</param>
internal sealed record Measurement(double First, double[] Milliseconds, long Peak, long Read)
{
    internal double Median => Milliseconds.Order().ElementAt(Milliseconds.Length / 2);
}
