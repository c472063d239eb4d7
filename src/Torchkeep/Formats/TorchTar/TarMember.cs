namespace Torchkeep.Formats.TorchTar;

/// <summary>A member of a tar file as Python's tarfile sees it.</summary>
/// <param name="Name">Its name, after all that overrides it.</param>
/// <param name="Type">The letter of its type.</param>
/// <param name="Start">Where its bytes begin.</param>
/// <param name="Length">How many there are.</param>
/// <param name="Pieces">Of a sparse member: where pieces of the bytes go, in their order. Else null.</param>
internal sealed record TarMember(string Name, byte Type, long Start, long Length, IReadOnlyList<(long At, long Length)>? Pieces)
{
    /// <summary>A hard or symbolic link, of which Python reads the target.</summary>
    internal bool IsLink => Type is (byte)'1' or (byte)'2';

    /// <summary>Whether it has bytes: Python takes a type that it does not know for a file.</summary>
    internal bool HasBytes => Type is not ((byte)'1' or (byte)'2' or (byte)'3' or (byte)'4' or (byte)'5' or (byte)'6');

    /// <summary>The bytes.</summary>
    internal ByteSource Open(ByteSource tar) => Pieces is null
        ? new IO.SliceByteSource(tar, Math.Min(Start, tar.Length), Math.Max(0, Math.Min(Length, tar.Length - Start)))
        : new SparseByteSource(tar, this);
}
