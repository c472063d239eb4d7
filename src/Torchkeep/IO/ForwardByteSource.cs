namespace Torchkeep.IO;

/// <summary>
/// The bytes of a stream that only goes forward, such as a decompressing one, kept as far as somebody has read: in memory,
/// and in a temporary file from <see cref="MostInMemory"/> on. Where the stream ends or breaks too early the rest is zeros,
/// since a reader that did not look further would not notice.
/// </summary>
internal sealed class ForwardByteSource : ByteSource
{
    private const int MostInMemory = 4 << 20;
    private const int BufferSize = 1 << 16;
    private const int SmallestRead = 1 << 12;

    private readonly Lock _turn = new();
    private readonly Func<Stream> _open;
    private Stream _store = new MemoryStream();
    private Stream? _stream;
    private long _filled;
    private bool _isAtEnd;

    /// <summary>Bytes of a known number. Nothing is read before they are asked for.</summary>
    internal ForwardByteSource(Func<Stream> open, string? name, string? record, long length)
    {
        _open = open;
        Name = name;
        Record = record;
        Length = length;
    }

    private ForwardByteSource(Func<Stream> open, string? name)
    {
        _open = open;
        Name = name;
    }

    public override long Length { get; }

    public override string? Name { get; }

    internal override string? Record { get; }

    /// <summary>What is wrong with the stream, or null.</summary>
    internal string? Problem { get; private set; }

    /// <summary>Reads a stream to its end, or to a limit.</summary>
    internal static ByteSource ReadAll(Func<Stream> open, string? name, long limit, out string? problem, out bool isOverLimit)
    {
        var all = new ForwardByteSource(open, name);
        all.FillTo(limit);
        isOverLimit = !all._isAtEnd && all.FillTo(limit + 1);
        problem = isOverLimit ? $"it unpacks to more than {limit} bytes" : all.Problem;
        all._stream?.Dispose();
        all._store.SetLength(Math.Min(all._filled, limit));
        all._store.Position = 0;
        return new StreamByteSource(all._store, leaveOpen: false, name);
    }

    public override void Read(long offset, Span<byte> destination)
    {
        IOThrow.CheckRange(this, offset, destination.Length);
        lock (_turn)
        {
            FillTo(offset + destination.Length);
            _store.Position = Math.Min(offset, _filled);
            var count = _store.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false);
            destination[count..].Clear();
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _stream?.Dispose();
            _store.Dispose();
        }
    }

    // Whether there are as many.
    private bool FillTo(long count)
    {
        if (_filled >= count || _isAtEnd)
        {
            return _filled >= count;
        }

        var buffer = new byte[Math.Clamp(count - _filled, SmallestRead, BufferSize)];
        try
        {
            _stream ??= _open();
            _store.Position = _filled;
            while (_filled < count)
            {
                var read = _stream.Read(buffer);
                if (read == 0)
                {
                    End(_filled < Length ? $"it ends after {_filled} of {Length} bytes" : null);
                    break;
                }

                _store.Write(buffer, 0, read);
                _filled += read;
                if (_store is MemoryStream && _filled > MostInMemory)
                {
                    Move();
                }
            }
        }
        catch (Exception error) when (error is InvalidDataException or InvalidCheckpointException)
        {
            End($"it is corrupt after {_filled} bytes");
        }
        catch (UnsupportedCheckpointException error)
        {
            End(error.Problem);
        }

        return _filled >= count;
    }

    private void End(string? problem) => (_isAtEnd, Problem) = (true, problem);

    private void Move()
    {
        var file = SpoolFile.Create();
        _store.Position = 0;
        _store.CopyTo(file);
        _store.Dispose();
        _store = file;
    }
}
