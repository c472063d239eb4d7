using System.Text;

namespace Torchkeep.Formats.TorchTar;

/// <summary>
/// A header of a tar file, a block of 512 bytes, read as Python reads it (Lib/tarfile.py, <c>TarInfo.frombuf</c>, <c>nti</c>,
/// <c>nts</c> and <c>calc_chksums</c>).
/// </summary>
internal readonly ref struct TarHeader
{
    internal const int BlockSize = 512;

    // A sparse member of GNU tar: its first pieces, whether blocks with more follow, and its length.
    private const int SparseAt = 386;
    private const int SparseCount = 4;
    private const int IsExtendedAt = 482;
    private const int RealSizeAt = 483;
    private const int MoreCount = 21;
    private const int MoreIsExtendedAt = 504;

    private const int NumberLength = 12;
    private const int NameLength = 100;
    private const int SizeAt = 124;
    private const int SumAt = 148;
    private const int SumLength = 8;
    private const int TypeAt = 156;
    private const int LinkAt = 157;
    private const int PrefixAt = 345;
    private const int PrefixLength = 155;

    private readonly ReadOnlySpan<byte> _block;

    internal TarHeader(ReadOnlySpan<byte> block) => _block = block;

    internal byte Type => _block[TypeAt];

    internal string Link => Text(_block.Slice(LinkAt, NameLength));

    /// <summary>The name with its prefix, which headers of GNU's own types do not have.</summary>
    internal string Name =>
        Text(_block.Slice(PrefixAt, PrefixLength)) is { Length: > 0 } prefix && Type is not ((byte)'L' or (byte)'K' or (byte)'S')
            ? $"{prefix}/{Text(_block[..NameLength])}"
            : Text(_block[..NameLength]);

    /// <summary>The length of a member's bytes, or of the extension that follows; null where it is no number.</summary>
    internal long? Size => TryReadNumber(_block.Slice(SizeAt, NumberLength), out var size) ? size : null;

    /// <summary>The length of a sparse member, with its zeros.</summary>
    internal long? RealSize => TryReadNumber(_block.Slice(RealSizeAt, NumberLength), out var size) && size >= 0 ? size : null;

    /// <summary>The pieces of a sparse member, and the length of the blocks that list more of them before its bytes.</summary>
    internal (List<(long At, long Length)> Pieces, long MapLength) ReadSparse(ReadOnlySpan<byte> following, int most)
    {
        var pieces = new List<(long, long)>();
        ReadPieces(_block[SparseAt..], SparseCount, pieces);
        long read = 0;
        for (var isExtended = _block[IsExtendedAt] != 0; isExtended && following.Length >= BlockSize && pieces.Count < most; following = following[BlockSize..])
        {
            ReadPieces(following, MoreCount, pieces);
            isExtended = following[MoreIsExtendedAt] != 0;
            read += BlockSize;
        }

        return (pieces, read);
    }

    /// <summary>The length of bytes in whole blocks.</summary>
    internal static long RoundUp(long length) => (length + BlockSize - 1) / BlockSize * BlockSize;

    /// <summary>Whether a block has the checksum of a header. A block of zeros has not.</summary>
    internal static bool HasChecksum(ReadOnlySpan<byte> block)
    {
        if (block.Length < BlockSize || !TryReadNumber(block.Slice(SumAt, SumLength), out var expected))
        {
            return false;
        }

        // The sum is taken with spaces where it stands; tarfile takes one of signed bytes too.
        long sum = SumLength * ' ';
        long signed = sum;
        for (var i = 0; i < BlockSize; i++)
        {
            if (i is < SumAt or >= SumAt + SumLength)
            {
                sum += block[i];
                signed += (sbyte)block[i];
            }
        }

        return expected == sum || expected == signed;
    }

    /// <summary>A number: base 256 behind 0x80, negative behind 0xff; else what Python takes for octal, up to a NUL.</summary>
    internal static bool TryReadNumber(ReadOnlySpan<byte> field, out long value)
    {
        value = 0;
        if (field[0] is 0x80 or 0xff)
        {
            value = field[0] == 0xff ? -1 : 0;
            foreach (var digit in field[1..])
            {
                value = (value << 8) | digit;
            }

            return true;
        }

        var text = Text(field).Trim().Replace("_", "", StringComparison.Ordinal);
        var isNegative = text.StartsWith('-');
        var digits = isNegative || text.StartsWith('+') ? text[1..] : text;
        digits = digits.StartsWith("0o", StringComparison.OrdinalIgnoreCase) ? digits[2..] : digits;
        foreach (var digit in digits)
        {
            if (digit is < '0' or > '7')
            {
                return false;
            }

            value = (value * 8) + (digit - '0');
        }

        value = isNegative ? -value : value;
        return true;
    }

    /// <summary>Text up to a NUL.</summary>
    internal static string Text(ReadOnlySpan<byte> field) =>
        Encoding.UTF8.GetString(field.IndexOf((byte)0) is var end && end >= 0 ? field[..end] : field);

    private static void ReadPieces(ReadOnlySpan<byte> bytes, int count, List<(long At, long Length)> pieces)
    {
        for (var i = 0; i < count; i++)
        {
            var field = bytes[(2 * NumberLength * i)..];
            if (!TryReadNumber(field[..NumberLength], out var at) || !TryReadNumber(field.Slice(NumberLength, NumberLength), out var length) || at is < 0 or > long.MaxValue / 2 || length is < 0 or > long.MaxValue / 4)
            {
                return;
            }

            if (length > 0)
            {
                pieces.Add((at, length));
            }
        }
    }
}
