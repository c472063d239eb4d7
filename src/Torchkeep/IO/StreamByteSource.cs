using System.Runtime.CompilerServices;

namespace Torchkeep.IO;

/// <summary>
/// A seekable stream from its position on. Its one cursor is shared, so reads take turns, those of other sources over the
/// same stream too, and put it back where it stood.
/// </summary>
internal sealed class StreamByteSource : ByteSource
{
    private static readonly ConditionalWeakTable<Stream, SemaphoreSlim> _turns = [];

    private readonly Stream _stream;
    private readonly long _start;
    private readonly bool _leaveOpen;
    private readonly SemaphoreSlim _turn;

    internal StreamByteSource(Stream stream, bool leaveOpen, string? name = null)
    {
        _stream = stream;
        _turn = _turns.GetValue(stream, static _ => new(1));
        _start = stream.Position;
        _leaveOpen = leaveOpen;
        Length = Math.Max(0, stream.Length - _start);
        Name = name;
    }

    public override long Length { get; }

    public override string? Name { get; }

    /// <summary>Leaves the stream's cursor so many bytes behind where the source starts.</summary>
    internal void MoveTo(long offset) => _stream.Position = _start + offset;

    public override void Read(long offset, Span<byte> destination)
    {
        IOThrow.CheckRange(this, offset, destination.Length);
        _turn.Wait();
        try
        {
            var before = _stream.Position;
            _stream.Position = _start + offset;
            var count = _stream.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false);
            _stream.Position = before;
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

    public override async ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken = default)
    {
        IOThrow.CheckRange(this, offset, destination.Length);
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var before = _stream.Position;
            _stream.Position = _start + offset;
            var count = await _stream
                .ReadAtLeastAsync(destination, destination.Length, throwOnEndOfStream: false, cancellationToken)
                .ConfigureAwait(false);
            _stream.Position = before;
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
        if (disposing && !_leaveOpen)
        {
            _stream.Dispose();
        }
    }
}
