namespace Torchkeep.IO.Xz;

/// <summary>
/// The last bytes that came out, from which matches are copied. The memory grows with what came out, up to the size that the
/// file claims.
/// </summary>
internal sealed class LzmaWindow(int size)
{
    private const int FirstSize = 1 << 16;

    private byte[] _bytes = new byte[Math.Min(size, FirstSize)];
    private int _at;

    /// <summary>How many bytes came out since the window was emptied.</summary>
    internal long Total { get; private set; }

    internal byte Last => Total == 0 ? (byte)0 : Back(0);

    internal void Reset() => (_at, Total) = (0, 0);

    /// <summary>The byte that came out so many before the last one.</summary>
    internal byte Back(uint distance)
    {
        if (distance >= Total || distance >= size)
        {
            throw new InvalidDataException("a match of LZMA begins before the bytes that there are");
        }

        var at = _at - 1 - (int)distance;
        return _bytes[at < 0 ? at + _bytes.Length : at];
    }

    internal void Put(byte value)
    {
        if (_at == _bytes.Length)
        {
            if (_bytes.Length < size)
            {
                Array.Resize(ref _bytes, (int)Math.Min(size, 2L * _bytes.Length));
            }
            else
            {
                _at = 0;
            }
        }

        _bytes[_at++] = value;
        Total++;
    }
}
