namespace Torchkeep.Pickle;

/// <summary>One of the ways to read a pickle: where it starts, and which frames are read as from a file.</summary>
/// <param name="Start">The first byte.</param>
/// <param name="FirstFrame">The offset of the first FRAME that is read as from a file.</param>
/// <param name="LastFrame">The offset of the last one.</param>
internal readonly record struct PickleReading(int Start, int FirstFrame, int LastFrame)
{
    /// <summary>As a pickle in memory is read.</summary>
    internal static PickleReading WithoutFrames { get; } = From(0);

    internal static PickleReading From(int start) => new(start, int.MaxValue, -1);
}
