using System.Diagnostics;
using System.Globalization;

namespace Torchkeep.Tests.Saving;

/// <summary>The program that saves until it is killed, and what it may leave.</summary>
internal static class Torture
{
    /// <summary>Whether the numbers are those of a release: TORCHKEEP_TORTURE=1. They take an hour.</summary>
    internal static bool IsFull { get; } = Environment.GetEnvironmentVariable("TORCHKEEP_TORTURE") == "1";

    internal static Process Start(string path, long bytes, int first, int? count = null)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Torchkeep.SaveTorture.dll"));
        foreach (var argument in new[] { path, Text(bytes), Text(first), count is { } number ? Text(number) : "" })
        {
            if (argument.Length > 0)
            {
                start.ArgumentList.Add(argument);
            }
        }

        return Process.Start(start)!;

        static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>The number of the save whose file this is. Fails unless every byte of it is there.</summary>
    internal static int NumberOf(string path)
    {
        using var checkpoint = Checkpoint.Open(path);
        var number = (int)checkpoint["number"].AsInt64();
        var weights = checkpoint.FindTensor("weights");
        weights.Verify(TestContext.Current.CancellationToken);
        var buffer = new byte[1 << 16];
        for (long done = 0; done < weights.ByteLength; done += Math.Max(buffer.Length, weights.ByteLength / 100))
        {
            var part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, weights.ByteLength - done));
            weights.ReadBytes(part, done);
            Assert.Equal(-1, part.IndexOfAnyExcept((byte)number));
        }

        return number;
    }

    /// <summary>Names of temporary files in a folder.</summary>
    internal static IReadOnlyList<string> Strays(string folder) => [.. Directory.EnumerateFiles(folder, ".torchkeep-*", new EnumerationOptions { AttributesToSkip = 0 })];
}
