using System.Text;

namespace Torchkeep.Formats.TorchTar;

/// <summary>
/// The checksum that each header of a tar file has (POSIX pax, "ustar Interchange Format"). The framework's reader does
/// not compare it. It covers names and sizes, and none of a member's bytes.
/// </summary>
internal static class TarCheck
{
    private const int BlockSize = 512;
    private const int SizeAt = 124;
    private const int SizeLength = 12;
    private const int SumAt = 148;
    private const int SumLength = 8;

    internal static void Run(ContainerCheck check)
    {
        check.ReadAll();
        var block = new byte[BlockSize];
        for (long at = 0; at <= check.Source.Length - BlockSize;)
        {
            check.CancellationToken.ThrowIfCancellationRequested();
            check.Source.Read(at, block);
            if (!block.AsSpan().ContainsAnyExcept((byte)0))
            {
                return;
            }

            if (!HasChecksum(block))
            {
                check.Add("the checksum of a member's header is wrong", record: null, at);
                return;
            }

            if (!TryReadNumber(block.AsSpan(SizeAt, SizeLength), out var size) || size < 0 || size > check.Source.Length - at)
            {
                return;
            }

            at += BlockSize + ((size + BlockSize - 1) / BlockSize * BlockSize);
        }
    }

    /// <summary>Whether a block has the checksum of a header. A block of zeros has not.</summary>
    internal static bool HasChecksum(ReadOnlySpan<byte> block)
    {
        if (block.Length < BlockSize || !TryReadNumber(block.Slice(SumAt, SumLength), out var expected))
        {
            return false;
        }

        // The sum is taken with spaces where it stands; tarfile takes one of signed bytes too (Lib/tarfile.py, calc_chksums).
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

    // As tarfile reads a number (nti): base 256 behind 0x80, else what Python takes for octal, up to a NUL.
    private static bool TryReadNumber(ReadOnlySpan<byte> field, out long value)
    {
        value = 0;
        if (field[0] == 0x80)
        {
            foreach (var digit in field[1..])
            {
                value = (value << 8) | digit;
            }

            return true;
        }

        var end = field.IndexOf((byte)0);
        var text = Encoding.Latin1.GetString(end < 0 ? field : field[..end]).Trim().Replace("_", "", StringComparison.Ordinal);
        var digits = text.TrimStart('+');
        digits = digits.StartsWith("0o", StringComparison.OrdinalIgnoreCase) ? digits[2..] : digits;
        foreach (var digit in digits)
        {
            if (digit is < '0' or > '7')
            {
                return false;
            }

            value = (value * 8) + (digit - '0');
        }

        return true;
    }
}
