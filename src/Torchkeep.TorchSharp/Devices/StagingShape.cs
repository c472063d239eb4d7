namespace Torchkeep;

/// <summary>How much memory bytes go through on their way to and from devices. The defaults are those that were fastest (docs/decisions/0008-devices.md).</summary>
internal sealed record StagingShape
{
    /// <summary>Threads that read files or copies, each with buffers of its own.</summary>
    internal int Lanes { get; init; } = Math.Min(Environment.ProcessorCount, 16);

    /// <summary>The bytes of a buffer: also the most that is read, checked and copied at once.</summary>
    internal int BufferBytes { get; init; } = 4 << 20;

    /// <summary>Buffers of a thread: one is read into while others are copied from.</summary>
    internal int BuffersPerLane { get; init; } = 2;

    /// <summary>Whether memory is got in large pages first and pinned then.</summary>
    internal bool UseLargePages { get; init; }

    /// <summary>How long buffers stay for the next load or save, in milliseconds.</summary>
    internal int IdleMilliseconds { get; init; } = 10_000;
}
