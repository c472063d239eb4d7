using Torchkeep.IO;
using Torchkeep.Pickle;

namespace Torchkeep.Formats;

/// <summary>Pickles that follow one another with no length before them, and raw bytes between them.</summary>
/// <param name="source">What they lie in.</param>
/// <param name="options">What each may ask for, and who looks on.</param>
/// <param name="record">What messages call the source, or null where it is the whole file.</param>
internal sealed class PickleSequence(ByteSource source, ReadOptions options, string? record = null)
{
    // Whatever follows the last pickle is read ahead by no more than this.
    private const int ReadAhead = 1 << 14;

    private byte[] _buffer = [];
    private int _filled;

    /// <summary>The byte after what was read last.</summary>
    internal long Position { get; private set; }

    internal async ValueTask<PyValue> ReadAsync(IPickleHost host, bool async, CancellationToken cancellationToken)
    {
        var limits = options.Limits;
        var maxLength = Math.Min(limits.MaxPickleBytes, Array.MaxLength);
        var extent = new PickleExtent(limits.MaxStringBytes);
        while (!extent.TryFindEnd(_buffer.AsSpan(0, _filled)) && extent.Position <= maxLength)
        {
            var length = (int)Math.Min(ReadAhead, source.Length - Position - _filled);
            if (length == 0)
            {
                break;
            }

            if (_buffer.Length - _filled < length)
            {
                Array.Resize(ref _buffer, (int)Math.Min(Math.Max(2L * _buffer.Length, _filled + (long)length), Array.MaxLength));
            }

            length = Math.Min(length, _buffer.Length - _filled);
            await source.ReadAsync(Position + _filled, _buffer.AsMemory(_filled, length), async, cancellationToken).ConfigureAwait(false);
            _filled += length;
        }

        if (extent.Position > maxLength)
        {
            throw new UnsupportedCheckpointException(
                $"the pickle that starts here is over the limit of {maxLength} bytes ({nameof(ReadLimits)}.{nameof(ReadLimits.MaxPickleBytes)})")
            {
                File = source.Name,
                Record = record,
                Offset = Position,
            };
        }

        return Run(host);
    }

    /// <summary>Goes past bytes, which are not read.</summary>
    internal void Skip(long count)
    {
        if (count > source.Length - Position)
        {
            throw new InvalidCheckpointException($"needs {count} bytes, {source.Length - Position} left: the record is truncated or lies about a length")
            {
                File = source.Name,
                Record = record,
                Offset = Position,
            };
        }

        Drop((int)Math.Min(count, _filled));
        Position += count;
    }

    /// <summary>Raw bytes, of which there may not be many.</summary>
    internal async ValueTask<byte[]> ReadBytesAsync(int count, bool async, CancellationToken cancellationToken)
    {
        var at = Position;
        var known = _buffer.AsMemory(0, Math.Min(count, _filled)).ToArray();
        Skip(count);
        if (known.Length == count)
        {
            return known;
        }

        var bytes = new byte[count];
        await source.ReadAsync(at, bytes, async, cancellationToken).ConfigureAwait(false);
        return bytes;
    }

    private PyValue Run(IPickleHost host)
    {
        var end = 0;
        options.PickleObserver?.Invoke(_buffer.AsSpan(0, _filled), record, Position);
        try
        {
            var value = PickleMachine.Run(_buffer.AsSpan(0, _filled), ref end, record, host, options.Limits, options.Budget);
            Drop(end);
            Position += end;
            return value;
        }
        catch (CheckpointException error)
        {
            error.File ??= source.Name;
            error.Offset += Position;
            throw;
        }
    }

    private void Drop(int count)
    {
        _buffer.AsSpan(count, _filled - count).CopyTo(_buffer);
        _filled -= count;
    }
}
