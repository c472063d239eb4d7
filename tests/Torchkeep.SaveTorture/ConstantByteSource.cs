using Torchkeep;

/// <summary>One byte, any number of times, without the memory for them.</summary>
internal sealed class ConstantByteSource(long length, byte value) : ByteSource
{
    public override long Length => length;

    public override void Read(long offset, Span<byte> destination) => destination.Fill(value);
}
