namespace Torchkeep;

/// <summary>A part of this machine's memory, and how it is given back.</summary>
internal readonly record struct HostMemory(nint Start, HostMemoryKind Kind);
