namespace Torchkeep.IO;

/// <summary>
/// A seekable stream from its position on. Its one cursor is shared, so reads take turns; <see cref="FileByteSource"/>
/// does not.
/// </summary>
internal sealed class StreamByteSource : ByteSource
{
    private readonly Stream _stream;
    private readonly long _start;
    private readonly bool _leaveOpen;
    private readonly SemaphoreSlim _turn = new(1);

    internal StreamByteSource(Stream stream, bool leaveOpen, string? name = null)
    {
        _stream = stream;
        _start = stream.Position;
        _leaveOpen = leaveOpen;
        Length = Math.Max(0, stream.Length - _start);
        Name = name;
    }

    public override long Length { get; }

    public override string? Name { get; }

    public override void Read(long offset, Span<byte> destination)
    {
        IOThrow.CheckRange(this, offset, destination.Length);
        _turn.Wait();
        try
        {
            _stream.Position = _start + offset;
            if (_stream.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false) < destination.Length)
            {
                IOThrow.Truncated(Name, offset, destination.Length, Length);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    public override async ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken = default)
    {
        IOThrow.CheckRange(this, offset, destination.Length);
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _stream.Position = _start + offset;
            var count = await _stream
                .ReadAtLeastAsync(destination, destination.Length, throwOnEndOfStream: false, cancellationToken)
                .ConfigureAwait(false);
            if (count < destination.Length)
            {
                IOThrow.Truncated(Name, offset, destination.Length, Length);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (!disposing)
        {
            return;
        }

        _turn.Dispose();
        if (!_leaveOpen)
        {
            _stream.Dispose();
        }
    }
}
