using Torchkeep.IO;

namespace Torchkeep.Formats.TorchTar;

/// <summary>A sparse member as Python reads it: pieces of the tar file, and zeros between them (Lib/tarfile.py, <c>_FileInFile</c>).</summary>
internal sealed class SparseByteSource(ByteSource tar, TarMember member) : ByteSource
{
    public override long Length => member.Length;

    public override string? Name => tar.Name;

    internal override string? Record => member.Name;

    public override void Read(long offset, Span<byte> destination)
    {
        IOThrow.CheckRange(this, offset, destination.Length);
        destination.Clear();
        var start = member.Start;
        foreach (var (at, length) in member.Pieces!)
        {
            var first = Math.Max(at, offset);
            var last = Math.Min(at + length, offset + destination.Length);
            var from = start + first - at;
            var count = Math.Min(last - first, tar.Length - from);
            if (count > 0)
            {
                tar.Read(from, destination.Slice((int)(first - offset), (int)count));
            }

            start += length;
        }
    }
}
