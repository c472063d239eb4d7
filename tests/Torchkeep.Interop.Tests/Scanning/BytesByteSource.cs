namespace Torchkeep.Interop.Tests.Scanning;

/// <summary>Bytes in memory.</summary>
internal sealed class BytesByteSource(byte[] bytes) : ByteSource
{
    public override long Length => bytes.Length;

    public override void Read(long offset, Span<byte> destination) => bytes.AsSpan((int)offset, destination.Length).CopyTo(destination);
}
