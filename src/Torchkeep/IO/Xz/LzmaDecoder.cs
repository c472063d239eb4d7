namespace Torchkeep.IO.Xz;

/// <summary>Decodes the chunks of LZMA in LZMA2: literals, and matches with what came out before.</summary>
internal sealed class LzmaDecoder
{
    private const int States = 12;
    private const int MostPositionBits = 4;
    private const int LiteralSize = 0x300;
    private const int LengthStates = 4;
    private const int SlotBits = 6;
    private const int AlignBits = 4;
    private const int FirstModelledSlot = 4;
    private const int FirstDirectSlot = 14;
    private const int ModelledDistances = 128;
    private const int ShortestMatch = 2;

    // State 0 to 6: the last was a literal.
    private const int FirstAfterMatch = 7;

    private readonly LzmaWindow _window;
    private readonly ushort[] _isMatch = new ushort[States << MostPositionBits];
    private readonly ushort[] _isRepeat = new ushort[States];
    private readonly ushort[] _isNotFirst = new ushort[States];
    private readonly ushort[] _isNotSecond = new ushort[States];
    private readonly ushort[] _isNotThird = new ushort[States];
    private readonly ushort[] _isLong = new ushort[States << MostPositionBits];
    private readonly ushort[] _slots = new ushort[LengthStates << SlotBits];
    private readonly ushort[] _distances = new ushort[ModelledDistances];
    private readonly ushort[] _align = new ushort[1 << AlignBits];
    private readonly LzmaLengths _matchLengths = new();
    private readonly LzmaLengths _repeatLengths = new();
    private ushort[] _literals = [];
    private int _literalContextBits;
    private int _literalPositionMask;
    private int _positionMask;
    private int _state;

    // The last four distances.
    private uint _first;
    private uint _second;
    private uint _third;
    private uint _fourth;

    internal LzmaDecoder(LzmaWindow window) => _window = window;

    /// <summary>Takes the byte of lc, lp and pb, and forgets all that was learnt.</summary>
    internal void Reset(byte properties)
    {
        const int MostContextBits = 4;
        var (positionBits, literals) = Math.DivRem((int)properties, 45);
        var (literalPositionBits, literalContextBits) = Math.DivRem(literals, 9);
        if (positionBits > MostPositionBits || literalContextBits + literalPositionBits > MostContextBits)
        {
            throw new InvalidDataException($"0x{properties:x2} is no byte of properties of LZMA2");
        }

        _literalContextBits = literalContextBits;
        _literalPositionMask = (1 << literalPositionBits) - 1;
        _positionMask = (1 << positionBits) - 1;
        _literals = new ushort[LiteralSize << (literalContextBits + literalPositionBits)];
        Reset();
    }

    /// <summary>Forgets all that was learnt.</summary>
    internal void Reset()
    {
        foreach (var probabilities in (ushort[][])[_isMatch, _isRepeat, _isNotFirst, _isNotSecond, _isNotThird, _isLong, _slots, _distances, _align, _literals])
        {
            Array.Fill(probabilities, RangeDecoder.EvenChance);
        }

        _matchLengths.Reset();
        _repeatLengths.Reset();
        (_state, _first, _second, _third, _fourth) = (0, 0, 0, 0, 0);
    }

    /// <summary>Decodes one chunk, which gives exactly so many bytes.</summary>
    internal void Decode(ReadOnlySpan<byte> chunk, Span<byte> destination)
    {
        if (_literals.Length == 0)
        {
            throw new InvalidDataException("the first chunk of LZMA says no properties");
        }

        var coder = new RangeDecoder(chunk);
        var filled = 0;
        while (filled < destination.Length)
        {
            var position = (int)(_window.Total & _positionMask);
            if (coder.Bit(ref _isMatch[(_state << MostPositionBits) + position]) == 0)
            {
                Put(Literal(ref coder), destination, ref filled);
                _state = _state < 4 ? 0 : _state < 10 ? _state - 3 : _state - 6;
                continue;
            }

            var length = coder.Bit(ref _isRepeat[_state]) == 0 ? Match(ref coder, position) : Repeat(ref coder, position);
            if (length > destination.Length - filled)
            {
                throw new InvalidDataException("a match of LZMA goes beyond its chunk");
            }

            for (; length > 0; length--)
            {
                Put(_window.Back(_first), destination, ref filled);
            }
        }

        if (!coder.IsAtEnd)
        {
            throw new InvalidDataException("bytes are left of a chunk of LZMA");
        }
    }

    private void Put(byte value, Span<byte> destination, ref int filled)
    {
        _window.Put(value);
        destination[filled++] = value;
    }

    private byte Literal(ref RangeDecoder coder)
    {
        var last = _window.Last;
        var context = (((int)_window.Total & _literalPositionMask) << _literalContextBits) + (last >> (8 - _literalContextBits));
        var probabilities = _literals.AsSpan(LiteralSize * context, LiteralSize);
        var symbol = 1;

        // After a match the byte that it would have gone on with says more, until the first bit that differs.
        if (_state >= FirstAfterMatch)
        {
            int expected = _window.Back(_first);
            while (symbol < 0x100)
            {
                var expectedBit = (expected >> 7) & 1;
                expected <<= 1;
                var bit = coder.Bit(ref probabilities[((1 + expectedBit) << 8) + symbol]);
                symbol = (symbol << 1) | bit;
                if (bit != expectedBit)
                {
                    break;
                }
            }
        }

        while (symbol < 0x100)
        {
            symbol = (symbol << 1) | coder.Bit(ref probabilities[symbol]);
        }

        return (byte)symbol;
    }

    private int Match(ref RangeDecoder coder, int position)
    {
        (_fourth, _third, _second) = (_third, _second, _first);
        var length = _matchLengths.Decode(ref coder, position);
        _state = _state < FirstAfterMatch ? 7 : 10;
        var slot = coder.Tree(_slots.AsSpan(Math.Min(length, LengthStates - 1) << SlotBits, 1 << SlotBits), SlotBits);
        _first = slot < FirstModelledSlot ? (uint)slot : Distance(ref coder, slot);
        return length + ShortestMatch;
    }

    private uint Distance(ref RangeDecoder coder, int slot)
    {
        var bits = (slot >> 1) - 1;
        var start = (2 | ((uint)slot & 1)) << bits;
        if (slot < FirstDirectSlot)
        {
            return start + (uint)coder.ReverseTree(_distances.AsSpan((int)start - slot), bits);
        }

        return start + (coder.Direct(bits - AlignBits) << AlignBits) + (uint)coder.ReverseTree(_align, AlignBits);
    }

    private int Repeat(ref RangeDecoder coder, int position)
    {
        if (coder.Bit(ref _isNotFirst[_state]) == 0)
        {
            if (coder.Bit(ref _isLong[(_state << MostPositionBits) + position]) == 0)
            {
                _state = _state < FirstAfterMatch ? 9 : 11;
                return 1;
            }
        }
        else if (coder.Bit(ref _isNotSecond[_state]) == 0)
        {
            (_first, _second) = (_second, _first);
        }
        else if (coder.Bit(ref _isNotThird[_state]) == 0)
        {
            (_first, _second, _third) = (_third, _first, _second);
        }
        else
        {
            (_first, _second, _third, _fourth) = (_fourth, _first, _second, _third);
        }

        _state = _state < FirstAfterMatch ? 8 : 11;
        return _repeatLengths.Decode(ref coder, position) + ShortestMatch;
    }
}
