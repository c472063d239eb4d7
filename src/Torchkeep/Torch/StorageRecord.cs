namespace Torchkeep.Torch;

/// <summary>A storage that a save writes, under its key, and what messages call it.</summary>
/// <param name="Key">Decimal, in order of first use.</param>
/// <param name="Bytes">Its elements, little-endian.</param>
/// <param name="Type">The elements of its storage class, or null for an untyped one.</param>
/// <param name="TensorName">The first tensor over it.</param>
internal sealed record StorageRecord(string Key, ByteSource Bytes, ElementType? Type, string? TensorName);
