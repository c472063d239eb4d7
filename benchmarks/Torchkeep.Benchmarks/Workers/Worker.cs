using System.Diagnostics;
using System.Text.Json;

namespace Torchkeep.Benchmarks.Workers;

/// <summary>Runs one job in this process, as peer.py does in its own: to warm up, once to count, then timed.</summary>
internal static class Worker
{
    private const int Repeats = 5;
    private static readonly TimeSpan _warmUp = TimeSpan.FromSeconds(2);

    internal static void Run(string job, string folder)
    {
        var (run, end) = Jobs.All[job](folder);
        var begin = Stopwatch.GetTimestamp();
        run();
        var first = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
        end?.Invoke();
        while (Stopwatch.GetElapsedTime(begin) < _warmUp)
        {
            run();
            end?.Invoke();
        }

        GC.Collect();
        ProcessFigures.ResetPeak();
        var (resident, read) = (ProcessFigures.Resident, ProcessFigures.BytesRead);
        run();
        end?.Invoke();
        var (peak, bytes) = (ProcessFigures.Peak - resident, ProcessFigures.BytesRead - read);
        var times = new double[Repeats];
        for (var i = 0; i < Repeats; i++)
        {
            var start = Stopwatch.GetTimestamp();
            run();
            times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            end?.Invoke();
        }

        Console.WriteLine(JsonSerializer.Serialize(new Measurement(first, times, Math.Max(peak, 0), bytes), JsonSerializerOptions.Web));
    }
}
