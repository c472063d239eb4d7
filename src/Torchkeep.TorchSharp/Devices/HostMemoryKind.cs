namespace Torchkeep;

/// <summary>How memory of this machine was got.</summary>
internal enum HostMemoryKind
{
    /// <summary>From the C library; a device's copies of it go by way of the driver's own buffers.</summary>
    Plain,

    /// <summary>From the CUDA runtime, pinned.</summary>
    Pinned,

    /// <summary>From the C library, in large pages, and pinned afterwards.</summary>
    Registered,
}
