using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;

namespace Quickstart;

/// <summary>Asks a Python with torch, if there is one, what the saved net predicts there.</summary>
internal static class PythonSide
{
    internal sealed record Answer(string Version, string Digits, double Difference);

    internal static Answer? Run(string path, string samples)
    {
        string?[] interpreters = [Environment.GetEnvironmentVariable("TORCHKEEP_PYTHON"), "python3", "python", "/usr/bin/python3"];
        return interpreters.OfType<string>().Select(python => Run(python, path, samples)).FirstOrDefault(answer => answer is not null);
    }

    private static Answer? Run(string python, string path, string samples)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(python, [Path.Combine(AppContext.BaseDirectory, "quickstart.py"), path, samples])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            var complaints = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode == 0)
            {
                return JsonSerializer.Deserialize<Answer>(output);
            }

            // A Python without torch is none; one with it that fails has something to say.
            return complaints.Result.Contains("No module named", StringComparison.Ordinal)
                ? null
                : throw new InvalidOperationException($"{python} could not use the saved net:\n{complaints.Result}");
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
