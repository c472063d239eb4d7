namespace Torchkeep.Benchmarks.Table;

/// <summary>A job, who does it, and how it is judged.</summary>
/// <param name="Title">What is done.</param>
/// <param name="Jobs">The contenders' jobs; the last is the one that is judged.</param>
/// <param name="Against">The job that the ratio is to; or null for memory.</param>
/// <param name="Limit">What the ratio, or the peak in MiB, may be.</param>
internal sealed record Row(string Title, string[] Jobs, string? Against, double Limit);
