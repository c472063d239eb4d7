using System.Diagnostics;

namespace Torchkeep;

/// <summary>Where the time of transfers to and from devices goes, summed over threads, for the benchmarks.</summary>
internal static class TransferTimes
{
    private static long _read;
    private static long _sent;
    private static long _ended;
    private static long _rented;

    /// <summary>Reading, with checksums.</summary>
    internal static void AddRead(ref long since) => Add(ref _read, ref since);

    /// <summary>Waiting for a free buffer, and beginning copies.</summary>
    internal static void AddSent(ref long since) => Add(ref _sent, ref since);

    /// <summary>Waiting for the last copies.</summary>
    internal static void AddEnded(ref long since) => Add(ref _ended, ref since);

    /// <summary>Getting a lane: waiting for one, or pinning its memory.</summary>
    internal static void AddRented(ref long since) => Add(ref _rented, ref since);

    /// <summary>All of them in milliseconds, and from zero again.</summary>
    internal static string Take() => string.Join(", ", Text("rent", ref _rented), Text("read+crc", ref _read), Text("buffer+issue", ref _sent), Text("end", ref _ended));

    private static string Text(string name, ref long ticks) => FormattableString.Invariant($"{name} {Stopwatch.GetElapsedTime(0, Interlocked.Exchange(ref ticks, 0)).TotalMilliseconds:f0}");

    private static void Add(ref long sum, ref long since)
    {
        var now = Stopwatch.GetTimestamp();
        _ = Interlocked.Add(ref sum, now - since);
        since = now;
    }
}
