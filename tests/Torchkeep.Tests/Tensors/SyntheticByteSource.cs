namespace Torchkeep.Tests.Tensors;

/// <summary>Bytes of any number that follow from their place, so that they need no memory: every 8 bytes count up.</summary>
internal sealed class SyntheticByteSource(long length) : ByteSource
{
    public override long Length => length;

    public override void Read(long offset, Span<byte> destination)
    {
        Assert.InRange(offset, 0, length - destination.Length);
        for (var i = 0; i < destination.Length; i++)
        {
            destination[i] = At(offset + i);
        }
    }

    internal static byte At(long offset) => (byte)(offset / 8 >> (int)(offset % 8 * 8));
}
