namespace Torchkeep.IO;

/// <summary>
/// One pass over all bytes of a source in pieces, by several threads and in any order. Every piece is read once. Where the
/// source has a checksum over all of them, the read that ends last compares it.
/// </summary>
internal class PiecePass(ByteSource source)
{
    /// <summary>Whether the pass compares a checksum, so that it does what <see cref="ByteSource.Verify"/> does.</summary>
    internal virtual bool Checks => false;

    /// <param name="offset">Where the piece starts.</param>
    /// <param name="destination">Filled with all of the piece.</param>
    internal virtual void Read(long offset, Span<byte> destination) => source.Read(offset, destination);
}
