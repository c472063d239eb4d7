namespace Torchkeep.Formats.TorchZip;

/// <summary>A central directory as it stands there.</summary>
/// <param name="Entries">In its order.</param>
/// <param name="Start">Where it begins, which is where the records end at the latest.</param>
/// <param name="End">The end record after it.</param>
/// <param name="Length">The byte after that record and its comment, as far as that is there.</param>
internal sealed record ZipListing(ZipEntry[] Entries, long Start, long End, long Length);
