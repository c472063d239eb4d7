using System.Globalization;

namespace Torchkeep.Benchmarks.Table;

/// <summary>How cost grows: with the number of tensors, with their size, with processors.</summary>
internal sealed class GrowthRun(Contenders contenders, TextWriter output)
{
    private const int SmallSide = 16;

    private static readonly int[] _counts = [1, 10, 100, 1000, 10_000, 100_000, 200_000];

    // Matrices of SIDE x SIDE float32: 1 MiB to 8 GiB in all.
    private static readonly (int Count, int Side, string Size)[] _sizes =
        [(1, 512, "1 MiB"), (1, 2048, "16 MiB"), (4, 4096, "256 MiB"), (16, 4096, "1 GiB"), (32, 4096, "2 GiB"), (128, 4096, "8 GiB")];

    internal void Run()
    {
        Lines("tensors of 16 x 16", ["torch-open-growth", "core-open-growth", "adapter-tensors-growth"], ["PyTorch, mapped", "opened", "as mapped tensors of TorchSharp"],
            _counts.Select(count => (count.ToString("N0", CultureInfo.InvariantCulture), count, SmallSide)));
        Lines("loaded into fresh memory", ["torch-load-growth", "raw-load-growth", "adapter-load-growth"], ["PyTorch", "raw", "Torchkeep"],
            _sizes.Select(size => (size.Size, size.Count, size.Side)));
        Threads();
    }

    private void Lines(string title, string[] jobs, string[] names, IEnumerable<(string Label, int Count, int Side)> points)
    {
        output.WriteLine($"\n| {title} | {string.Join(" | ", names.Select(name => name + ", ms"))} |\n|---|{string.Concat(Enumerable.Repeat("---|", jobs.Length))}");
        foreach (var (label, count, side) in points)
        {
            contenders.Make(count.ToString(CultureInfo.InvariantCulture), side.ToString(CultureInfo.InvariantCulture));
            output.WriteLine($"| {label} | {string.Join(" | ", jobs.Select(job => Text(contenders.Measure(job))))} |");
            output.Flush();
        }
    }

    private void Threads()
    {
        output.WriteLine("\n| processors | 2 GiB into a model, ms | unchecked, ms |\n|---|---|---|");
        for (var threads = 1; threads <= Environment.ProcessorCount; threads *= 2)
        {
            output.WriteLine($"| {threads} | {Text(contenders.Measure("adapter-into-big", threads))} | {Text(contenders.Measure("adapter-into-big-unchecked", threads))} |");
            output.Flush();
        }
    }

    private static string Text(Measurement figures) => figures.Median.ToString("0.##", CultureInfo.InvariantCulture);
}
