namespace Torchkeep.Tensors;

/// <summary>The bytes of a meta tensor: a length without bytes.</summary>
internal sealed class MetaByteSource(long length) : ByteSource
{
    public override long Length => length;

    /// <summary>Whether no file names it.</summary>
    internal bool IsImplied { get; init; }

    public override void Read(long offset, Span<byte> destination)
    {
        IO.IOThrow.CheckRange(this, offset, destination.Length);
        if (destination.Length > 0)
        {
            Verify();
        }
    }

    public override void Verify(CancellationToken cancellationToken = default) =>
        TensorThrow.NoBytes(tensor: null);
}
