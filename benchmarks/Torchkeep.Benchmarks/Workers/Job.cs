namespace Torchkeep.Benchmarks.Workers;

/// <summary>Something to time.</summary>
/// <param name="Run">What is timed.</param>
/// <param name="End">What has to be done after it, untimed; or null.</param>
internal sealed record Job(Action Run, Action? End = null);
