using System.IO.Hashing;
using Torchkeep.IO;

namespace Torchkeep.Tests.IO;

public class CrcJoinTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 5)]
    [InlineData(5, 0)]
    [InlineData(1, 1)]
    [InlineData(1000, 1)]
    [InlineData(1, 1 << 20)]
    [InlineData((1 << 20) + 3, (1 << 20) - 5)]
    public void TwoPartsGiveTheCrcOfTheWhole(int first, int second)
    {
        var bytes = new byte[first + second];
        new Random(first + second).NextBytes(bytes);

        var joined = CrcJoin.Join(Crc32.HashToUInt32(bytes.AsSpan(0, first)), Crc32.HashToUInt32(bytes.AsSpan(first)), second);

        Assert.Equal(Crc32.HashToUInt32(bytes), joined);
    }

    [Fact]
    public void LengthsPast4GiBAreJoined()
    {
        // As many zeros joined in one step and in three.
        const long Half = 3L << 30;
        var zeros = Join(0, 1L << 20, doublings: 12);
        var once = CrcJoin.Join(Join(0, 1L << 20, doublings: 0), zeros, (1L << 20) << 12);

        Assert.Equal(CrcJoin.Join(CrcJoin.Join(7, 0, Half), 0, Half), CrcJoin.Join(7, 0, 2 * Half));
        Assert.NotEqual(0u, once);

        static uint Join(uint crc, long length, int doublings)
        {
            crc = Crc32.HashToUInt32(new byte[length]);
            for (var i = 0; i < doublings; i++)
            {
                crc = CrcJoin.Join(crc, crc, length << i);
            }

            return crc;
        }
    }
}
