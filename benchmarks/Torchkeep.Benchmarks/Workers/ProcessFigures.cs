using System.Globalization;

namespace Torchkeep.Benchmarks.Workers;

/// <summary>What Linux says of this process; zeros elsewhere.</summary>
internal static class ProcessFigures
{
    private const int Kibi = 1024;

    internal static long Resident => Read("status", "VmRSS") * Kibi;

    internal static long Peak => Read("status", "VmHWM") * Kibi;

    internal static long BytesRead => Read("io", "rchar");

    /// <summary>Counts <see cref="Peak"/> anew from now on.</summary>
    internal static void ResetPeak()
    {
        if (OperatingSystem.IsLinux())
        {
            File.WriteAllText("/proc/self/clear_refs", "5");
        }
    }

    private static long Read(string file, string key)
    {
        if (!OperatingSystem.IsLinux())
        {
            return 0;
        }

        var line = File.ReadLines($"/proc/self/{file}").First(line => line.StartsWith(key + ":", StringComparison.Ordinal));
        return long.Parse(line[(key.Length + 1)..].Replace("kB", "", StringComparison.Ordinal), NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);
    }
}
