using System.Diagnostics;
using System.Text.Json;

namespace Torchkeep.Benchmarks.Table;

/// <summary>Runs jobs, each in a process of its own.</summary>
internal sealed class Contenders(Python python, string folder, string tool)
{
    private const int Repeats = 5;

    /// <summary>Who does a job, by how its name begins.</summary>
    internal static string NameOf(string job) => job.Split('-')[0] switch
    {
        "torch" => "PyTorch",
        "safetensors" => "safetensors",
        "raw" => "raw",
        _ => "Torchkeep",
    };

    internal void Make(params string[] arguments) => Output(python.Start("make", folder, arguments));

    internal Dictionary<string, string> Versions() => JsonSerializer.Deserialize<Dictionary<string, string>>(Output(python.Start("versions", folder)))!;

    /// <param name="job">A name of peer.py's or of the worker's.</param>
    /// <param name="threads">How many processors the runtime of .NET sees; null for all.</param>
    internal Measurement Measure(string job, int? threads = null)
    {
        if (job is Rows.Tool or Rows.PythonProcess)
        {
            return Processes(job);
        }

        var start = NameOf(job) is "PyTorch" or "safetensors"
            ? python.Start(job, folder)
            : new("dotnet", [typeof(Contenders).Assembly.Location, "worker", job, folder]) { RedirectStandardOutput = true };
        if (threads is { } count)
        {
            start.Environment["DOTNET_PROCESSOR_COUNT"] = count.ToString("X", System.Globalization.CultureInfo.InvariantCulture);
        }

        return JsonSerializer.Deserialize<Measurement>(Output(start).Trim().Split('\n')[^1], JsonSerializerOptions.Web)!;
    }

    private Measurement Processes(string job)
    {
        var times = new List<double>();
        for (var i = 0; i <= Repeats; i++)
        {
            var start = job == Rows.Tool
                ? new(tool, ["inspect", Path.Combine(folder, "big.pt")]) { RedirectStandardOutput = true }
                : python.Start("list", folder);
            var clock = Stopwatch.GetTimestamp();
            Output(start);
            times.Add(Stopwatch.GetElapsedTime(clock).TotalMilliseconds);
        }

        return new(times[0], [.. times.Skip(1)], 0, 0);
    }

    private static string Output(ProcessStartInfo start)
    {
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{start.FileName} {string.Join(' ', start.ArgumentList)} ended with {process.ExitCode}");
    }
}
