namespace Torchkeep.IO;

/// <summary>
/// The CRC-32 of bytes whose parts were checked apart. A CRC is a remainder of polynomials over GF(2): that of the first part
/// is multiplied by x^(8n) for the n bytes that follow it, and that of the second part is added.
/// </summary>
internal static class CrcJoin
{
    // The polynomial of zip and PNG with its bits reversed; the highest bit is the coefficient of x^0.
    private const uint Polynomial = 0xEDB88320;
    private const uint One = 0x80000000;

    /// <summary>The CRC-32 of two parts together.</summary>
    /// <param name="first">That of the first part.</param>
    /// <param name="second">That of the part after it.</param>
    /// <param name="secondLength">The bytes of that part.</param>
    internal static uint Join(uint first, uint second, long secondLength) => Multiply(PowerOfX(secondLength * 8), first) ^ second;

    private static uint Multiply(uint left, uint right)
    {
        uint product = 0;
        for (; left != 0; left <<= 1)
        {
            product ^= (left & One) != 0 ? right : 0;
            right = (right & 1) != 0 ? (right >> 1) ^ Polynomial : right >> 1;
        }

        return product;
    }

    private static uint PowerOfX(long exponent)
    {
        var (result, square) = (One, One >> 1);
        for (; exponent > 0; exponent >>= 1)
        {
            result = (exponent & 1) != 0 ? Multiply(square, result) : result;
            square = Multiply(square, square);
        }

        return result;
    }
}
