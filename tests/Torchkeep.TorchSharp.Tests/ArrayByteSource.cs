namespace Torchkeep.TorchSharp.Tests;

/// <summary>Bytes in memory.</summary>
internal sealed class ArrayByteSource(byte[] bytes) : ByteSource
{
    public override long Length => bytes.Length;

    public override void Read(long offset, Span<byte> destination) =>
        bytes.AsSpan(checked((int)offset), destination.Length).CopyTo(destination);
}
