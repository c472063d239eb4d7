namespace Torchkeep.IO.Xz;

/// <summary>
/// Bits out of a range of 32 bits, as LZMA codes them: each by a probability of its own, which learns from it. It reads the
/// bytes of one LZMA2 chunk.
/// </summary>
internal ref struct RangeDecoder
{
    // Probabilities are of 11 bits and learn a 32nd of what they lack.
    internal const int ProbabilityBits = 11;
    internal const ushort EvenChance = 1 << (ProbabilityBits - 1);
    private const int LearningShift = 5;

    // Below this the range takes in another byte.
    private const uint SmallestRange = 1 << 24;

    private const int StartSize = 5;

    private readonly ReadOnlySpan<byte> _bytes;
    private int _at;
    private uint _range = uint.MaxValue;
    private uint _code;

    internal RangeDecoder(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < StartSize || bytes[0] != 0)
        {
            throw new InvalidDataException("an LZMA chunk does not start with five bytes of a range coder");
        }

        _bytes = bytes;
        while (_at < StartSize)
        {
            _code = (_code << 8) | bytes[_at++];
        }
    }

    /// <summary>Whether all bytes were used, and nothing is left in the range.</summary>
    internal bool IsAtEnd
    {
        get
        {
            Normalize();
            return _at == _bytes.Length && _code == 0;
        }
    }

    internal int Bit(ref ushort probability)
    {
        Normalize();
        var bound = (_range >> ProbabilityBits) * probability;
        if (_code < bound)
        {
            _range = bound;
            probability += (ushort)(((1 << ProbabilityBits) - probability) >> LearningShift);
            return 0;
        }

        _range -= bound;
        _code -= bound;
        probability -= (ushort)(probability >> LearningShift);
        return 1;
    }

    /// <summary>A number, its highest bit first, down a tree of probabilities.</summary>
    internal int Tree(Span<ushort> probabilities, int bits)
    {
        var node = 1;
        for (var i = 0; i < bits; i++)
        {
            node = (node << 1) | Bit(ref probabilities[node]);
        }

        return node - (1 << bits);
    }

    /// <summary>A number, its lowest bit first.</summary>
    internal int ReverseTree(Span<ushort> probabilities, int bits)
    {
        var (node, number) = (1, 0);
        for (var i = 0; i < bits; i++)
        {
            var bit = Bit(ref probabilities[node]);
            node = (node << 1) | bit;
            number |= bit << i;
        }

        return number;
    }

    /// <summary>Bits of even chance, which learn nothing.</summary>
    internal uint Direct(int bits)
    {
        uint number = 0;
        for (var i = 0; i < bits; i++)
        {
            Normalize();
            _range >>= 1;
            var bit = _code >= _range ? 1u : 0;
            _code -= bit * _range;
            number = (number << 1) | bit;
        }

        return number;
    }

    private void Normalize()
    {
        if (_range < SmallestRange)
        {
            if (_at == _bytes.Length)
            {
                throw new InvalidDataException("an LZMA chunk ends too early");
            }

            _range <<= 8;
            _code = (_code << 8) | _bytes[_at++];
        }
    }
}
