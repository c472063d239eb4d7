using System.Globalization;

namespace Torchkeep.Benchmarks.Table;

/// <summary>Runs the rows in turn and writes each as a line of Markdown.</summary>
internal sealed class TableRun(Contenders contenders, TextWriter output)
{
    private const double Mebi = 1 << 20;

    private readonly Dictionary<string, Measurement> _memory = [];

    internal void Run()
    {
        Write("| job | ms | ratio | to reach | first call, ms | memory beyond, MiB | read, MiB |");
        Write("|---|---|---|---|---|---|---|");
        foreach (var row in Rows.All)
        {
            // Of a row that was measured already its figures are taken: only memory asks for that.
            var measured = row.Jobs.Select(job => (Name: Contenders.NameOf(job), Job: job, Figures: row.Against is null && _memory.TryGetValue(job, out var known) ? known : _memory[job] = contenders.Measure(job))).ToList();
            var judged = measured[^1].Figures;
            var (ratio, limit) = row.Against is { } against
                ? (judged.Median / measured.Find(one => one.Job == against).Figures.Median, Ratio(row.Limit) + " of " + Contenders.NameOf(against))
                : (judged.Peak / Mebi, Number(row.Limit) + " MiB");
            Write($"| {row.Title} | {Each(measured, one => one.Median)} | {(row.Against is null ? Number(ratio) + " MiB" : Ratio(ratio))}{(ratio <= row.Limit ? "" : " **missed**")} | {limit} "
                + $"| {Each(measured, one => one.First)} | {Each(measured, one => one.Peak / Mebi)} | {Each(measured, one => one.Read / Mebi)} |");
        }
    }

    private static string Each(List<(string Name, string Job, Measurement Figures)> measured, Func<Measurement, double> figure) =>
        string.Join(", ", measured.Select(one => $"{one.Name} {Number(figure(one.Figures))}"));

    private static string Ratio(double ratio) => ratio >= 1 / 2d ? ratio.ToString("0.00", CultureInfo.InvariantCulture) : $"1/{(1 / ratio).ToString("0.#", CultureInfo.InvariantCulture)}";

    private static string Number(double value) => value.ToString(value < 10 ? "0.##" : value < 100 ? "0.#" : "0", CultureInfo.InvariantCulture);

    private void Write(string line)
    {
        output.WriteLine(line);
        output.Flush();
    }
}
