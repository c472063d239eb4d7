namespace Torchkeep.IO;

/// <summary>
/// A source that is opened when it is first read, and again when it is read after <see cref="Release"/>: of thousands of
/// files or compressed records only those in use take handles and memory.
/// </summary>
internal sealed class ReopenableByteSource(Func<ByteSource> open) : ByteSource
{
    private readonly Lock _turn = new();
    private ByteSource? _source;

    public override long Length => Source.Length;

    public override string? Name => Source.Name;

    internal override string? Record => Source.Record;

    private ByteSource Source
    {
        get
        {
            lock (_turn)
            {
                return _source ??= open();
            }
        }
    }

    public override void Read(long offset, Span<byte> destination) => Source.Read(offset, destination);

    /// <summary>Closes it until it is read again.</summary>
    internal void Release()
    {
        lock (_turn)
        {
            _source?.Dispose();
            _source = null;
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Release();
        }
    }
}
