namespace Torchkeep.Interop.Tests.Checkpoints;

/// <summary>Zeros of any length, and other bytes at their end.</summary>
internal sealed class ZerosByteSource(long length, byte[] end) : ByteSource
{
    public override long Length => length;

    public override void Read(long offset, Span<byte> destination)
    {
        destination.Clear();
        var start = length - end.Length - offset;
        for (var i = Math.Max(0, start); i < Math.Min(destination.Length, start + end.Length); i++)
        {
            destination[(int)i] = end[i - start];
        }
    }
}
