using System.Reflection;

namespace Torchkeep.GpuBenchmarks;

/// <summary>
/// What the library decides by itself and the benchmark varies, by reflection: the program is built against older versions
/// too, which do not have it.
/// </summary>
internal static class Knobs
{
    private const BindingFlags Any = BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    private static readonly Assembly _adapter = typeof(LoadedCheckpoint).Assembly;
    private static readonly Type? _times = _adapter.GetType("Torchkeep.TransferTimes");
    private static readonly Type? _writer = typeof(Checkpoint).Assembly.GetType("Torchkeep.Formats.TorchZip.ZipParallelWriter");

    internal static bool AreThere => _times is not null;

    /// <summary>Where the time of transfers went since it was last asked.</summary>
    internal static string TakeTimes() => (string?)_times?.GetMethod("Take", Any)!.Invoke(null, null) ?? "";

    /// <summary>Another number of lanes, and other buffers.</summary>
    internal static void Stage(int lanes, int buffers, int bufferBytes, bool largePages = false, bool spins = false)
    {
        var type = _adapter.GetType("Torchkeep.StagingShape")!;
        var shape = Activator.CreateInstance(type, nonPublic: true)!;
        Set("Lanes", lanes);
        Set("BuffersPerLane", buffers);
        Set("BufferBytes", bufferBytes);
        Set("UseLargePages", largePages);
        Use(shape, spins);

        void Set(string name, object value) => type.GetProperty(name, Any)!.SetValue(shape, value);
    }

    /// <summary>The library's own again; what was pinned is given back.</summary>
    internal static void StageAsUsual() => Use(null, spins: false);

    /// <summary>How a file is written.</summary>
    internal static void Write(int threads, bool startsWriteOut)
    {
        _writer!.GetProperty("MaxThreads", Any)!.SetValue(null, threads);
        _writer.GetProperty("StartsWriteOut", Any)!.SetValue(null, startsWriteOut);
    }

    private static void Use(object? shape, bool spins) =>
        _adapter.GetType("Torchkeep.DeviceMemory")!.GetMethod("Use", Any)!.Invoke(null, [shape, spins]);
}
