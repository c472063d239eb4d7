using System.Buffers;
using Torchkeep.IO;

namespace Torchkeep;

/// <summary>
/// Bytes that are read at absolute offsets, without a cursor: a file, memory, a stream, a part of any of them, or
/// whatever a package outside of Torchkeep makes of it. It is where a checkpoint is read from, and equally where a
/// save takes the bytes of a storage from.
/// </summary>
/// <remarks>
/// What an implementation promises: <see cref="Length"/> never changes; reads from several threads at once are fine; the
/// same offset always gives the same bytes; what <see cref="ReadAsync"/>, <see cref="TryGetSpan"/> and <see cref="TryMap"/>
/// give are those of <see cref="Read"/>. Torchkeep promises that it never asks for a byte outside of <see cref="Length"/>.
/// Where a source has fewer bytes than it says, any <see cref="ArgumentException"/>, <see cref="EndOfStreamException"/>
/// or <see cref="IndexOutOfRangeException"/> that it throws becomes an <see cref="InvalidCheckpointException"/>; all its
/// other exceptions reach the caller as they are. docs/byte-sources.md has the rules and an example.
/// </remarks>
public abstract class ByteSource : IDisposable
{
    /// <summary>The number of bytes.</summary>
    public abstract long Length { get; }

    /// <summary>What messages call this source: a file's path, or null.</summary>
    public virtual string? Name => null;

    /// <summary>The record of an archive that the bytes are, or null.</summary>
    internal virtual string? Record => null;

    /// <summary>Fills <paramref name="destination"/> with the bytes from <paramref name="offset"/> on.</summary>
    /// <param name="offset">The first byte, from the source's start.</param>
    /// <param name="destination">Filled completely.</param>
    /// <exception cref="InvalidCheckpointException">
    /// A source of Torchkeep: it ends before that, or its bytes fail their checksum. A source from outside cannot make one,
    /// and throws <see cref="EndOfStreamException"/>.
    /// </exception>
    /// <exception cref="IOException">The operating system failed.</exception>
    public abstract void Read(long offset, Span<byte> destination);

    /// <summary>
    /// As <see cref="Read"/>, without blocking where the source can. The default calls <see cref="Read"/>, which is right
    /// for bytes in memory. A source that waits for a disk or a network overrides it: opening and saving with the Async
    /// methods then never call <see cref="Read"/>.
    /// </summary>
    /// <param name="offset">The first byte, from the source's start.</param>
    /// <param name="destination">Filled completely.</param>
    /// <param name="cancellationToken">Stops the read; the destination's content is then undefined.</param>
    public virtual ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Read(offset, destination.Span);
        return ValueTask.CompletedTask;
    }

    /// <summary>Hands out bytes where they already lie in memory, so that nobody copies them.</summary>
    /// <param name="offset">The first byte.</param>
    /// <param name="length">How many bytes.</param>
    /// <param name="bytes">The bytes, valid until the source is disposed.</param>
    /// <returns>False when the bytes are not in memory; use <see cref="Read"/> then. The default.</returns>
    public virtual bool TryGetSpan(long offset, int length, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        return false;
    }

    /// <summary>
    /// Hands out bytes where a file is mapped into memory. They stay from this call until the caller disposes
    /// <paramref name="memory"/>, and no longer: disposing the source does not take them away. They may be written to, which changes neither the file nor what <see cref="Read"/> gives.
    /// </summary>
    /// <param name="offset">The first byte.</param>
    /// <param name="length">How many bytes.</param>
    /// <param name="memory">Their place; disposed by the caller, once.</param>
    /// <returns>False when there is no such map; use <see cref="Read"/> then. The default.</returns>
    public virtual bool TryMap(long offset, long length, out MemoryHandle memory)
    {
        memory = default;
        return false;
    }

    /// <summary>
    /// Reads all bytes once and checks them against the checksum that the container holds, if it holds one and it has
    /// not been checked before. Keeps nothing; costs one pass and a small buffer. A part of a source, such as the storage of
    /// one tensor, checks all of that source. The default has no checksum and reads nothing.
    /// </summary>
    /// <param name="cancellationToken">Stops the pass.</param>
    /// <exception cref="InvalidCheckpointException">The bytes are not those that were written.</exception>
    public virtual void Verify(CancellationToken cancellationToken = default)
    {
    }

    /// <summary>A pass over all bytes in pieces, by several threads. The default reads them.</summary>
    /// <param name="pieceBytes">The length of every piece but the last.</param>
    internal virtual PiecePass Pass(int pieceBytes) => new(this);

    /// <summary>Whether a range lies inside of <see cref="Length"/>.</summary>
    private protected bool IsInside(long offset, long length) => offset >= 0 && length >= 0 && offset <= Length - length;

    /// <summary>Closes what the source holds open.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes what the source holds open. The default holds nothing.</summary>
    /// <param name="disposing">True when called from <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
    }
}
