using Torchkeep.IO;

namespace Torchkeep.Formats.TorchLegacy;

/// <summary>The bytes of a storage. The pickle that names it comes before there is a place for it.</summary>
internal sealed class LegacyStorageSource(ByteSource file, long elements, ElementTypeInfo type) : SliceByteSource(file, start: 0, elements * type.ByteSize)
{
    internal long Elements => elements;

    /// <summary>Sets the first byte in the file.</summary>
    internal void PlaceAt(long start) => Start = start;
}
