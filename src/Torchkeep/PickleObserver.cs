namespace Torchkeep;

/// <summary>Looks on while pickles are read that follow one another.</summary>
/// <param name="bytes">The pickle, with whatever follows it.</param>
/// <param name="record">What it lies in, or null for the file.</param>
/// <param name="position">Where it begins there.</param>
internal delegate void PickleObserver(ReadOnlySpan<byte> bytes, string? record, long position);
