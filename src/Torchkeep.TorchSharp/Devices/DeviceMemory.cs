using TorchSharp;

namespace Torchkeep;

/// <summary>Which devices bytes can be copied to and from by way of pinned buffers.</summary>
internal static class DeviceMemory
{
    // Looked for when the first tensor of a CUDA device is there: then libtorch has loaded the runtime, if it has one.
    private static readonly Lazy<StagingPool?> _cuda = new(() => CudaRuntime.TryFind() is { } runtime ? new(runtime, new()) : null);

    private static StagingPool? _other;

    /// <summary>The pool for the devices of a kind, or null where libtorch itself has to copy.</summary>
    internal static StagingPool? PoolFor(DeviceType type) => type == DeviceType.CUDA ? _other ?? _cuda.Value : null;

    /// <summary>Exchanges the pool, for measurements; null for the default.</summary>
    internal static void Use(StagingShape? shape, bool spins = false)
    {
        _other?.Dispose();
        CudaRuntime.Spins = spins;
        _other = shape is not null && CudaRuntime.TryFind() is { } runtime ? new(runtime, shape) : null;
        if (_other?.Copies is CudaRuntime own)
        {
            own.UseLargePages = shape!.UseLargePages;
        }
    }
}
