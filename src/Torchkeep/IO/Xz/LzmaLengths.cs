namespace Torchkeep.IO.Xz;

/// <summary>The lengths of matches: 8 short and 8 middle ones by the place in the file, and 256 long ones.</summary>
internal sealed class LzmaLengths
{
    private const int ShortBits = 3;
    private const int LongBits = 8;
    private const int Positions = 16;

    private readonly ushort[] _choices = new ushort[2];
    private readonly ushort[] _short = new ushort[Positions << ShortBits];
    private readonly ushort[] _middle = new ushort[Positions << ShortBits];
    private readonly ushort[] _long = new ushort[1 << LongBits];

    internal void Reset()
    {
        foreach (var probabilities in (ushort[][])[_choices, _short, _middle, _long])
        {
            Array.Fill(probabilities, RangeDecoder.EvenChance);
        }
    }

    /// <summary>The length less that of the shortest match.</summary>
    internal int Decode(ref RangeDecoder coder, int position)
    {
        const int Short = 1 << ShortBits;
        return coder.Bit(ref _choices[0]) == 0 ? coder.Tree(_short.AsSpan(position << ShortBits, Short), ShortBits)
            : coder.Bit(ref _choices[1]) == 0 ? Short + coder.Tree(_middle.AsSpan(position << ShortBits, Short), ShortBits)
            : Short + Short + coder.Tree(_long, LongBits);
    }
}
