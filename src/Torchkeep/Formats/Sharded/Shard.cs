namespace Torchkeep.Formats.Sharded;

/// <summary>What goes into one file.</summary>
/// <param name="Root">The tensors.</param>
/// <param name="Bytes">The bytes of their storages.</param>
internal sealed record Shard(PyDict Root, long Bytes);
