using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using TorchSharp;

namespace Torchkeep.GpuBenchmarks;

/// <summary>Times a job to its end on the device.</summary>
internal static partial class Clock
{
    /// <summary>The first time, the median and the shortest of some more, in milliseconds.</summary>
    /// <param name="job">What is timed.</param>
    /// <param name="count">How often, after the first.</param>
    /// <param name="before">What is done before each time and not timed.</param>
    internal static (double First, double Median, double Least) Time(Action job, int count = 5, Action? before = null)
    {
        List<double> times = [];
        for (var i = 0; i <= count; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            before?.Invoke();
            Wait();
            var start = Stopwatch.GetTimestamp();
            job();
            Wait();
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        var rest = times.Skip(1).Order().ToList();
        return (times[0], rest[rest.Count / 2], rest[0]);
    }

    /// <summary>Prints one line of the table: the job, who does it, the median, the shortest and the first time.</summary>
    internal static void Say(string job, string who, Action run, int count = 5, Action? before = null)
    {
        _ = Knobs.TakeTimes();
        try
        {
            var (first, median, least) = Time(run, count, before);
            var stages = Knobs.TakeTimes();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"RESULT|{job}|{who}|{median:f1}|{least:f1}|{first:f1}|{(stages.Length > 0 ? $"thread-ms of {count + 1} runs: {stages}" : "")}"));
        }
        catch (Exception error)
        {
            // The other jobs are wanted all the same.
            Console.WriteLine($"FAILED {job}, {who}: {string.Join(" / ", error.ToString().Split('\n').Take(5))}");
        }
    }

    /// <summary>Waits for the disk to have all that was written before.</summary>
    [LibraryImport("libc", EntryPoint = "sync")]
    internal static partial void Sync();

    private static void Wait()
    {
        if (torch.cuda.is_available())
        {
            torch.cuda.synchronize();
        }
    }
}
