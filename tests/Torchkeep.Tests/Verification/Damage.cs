namespace Torchkeep.Tests.Verification;

/// <summary>What happens to files: on disks, in transfers, by programs that write into them.</summary>
internal static class Damage
{
    private static readonly byte[][] _fields = [[0], [1], [0xff], [0, 0], [0xff, 0xff], [0, 0, 0, 0], [1, 0, 0, 0], [0xff, 0xff, 0xff, 0xff], [0xff, 0xff, 0xff, 0x7f], new byte[8]];

    /// <summary>The file with one thing done to it, which changes it.</summary>
    internal static (string What, byte[] File) Of(byte[] file, Random random)
    {
        while (true)
        {
            var at = random.Next(file.Length);
            var length = Math.Min(1 + random.Next(1 + random.Next(200)), file.Length - at);
            var (what, damaged) = random.Next(5) switch
            {
                0 => ($"bit {length % 8} of byte {at} flipped", Flip(file, at, length % 8)),
                1 => ($"{length} bytes at {at} zeroed", Write(file, at, new byte[length])),
                2 => ($"cut at {at}", file[..at]),
                3 => ($"{length} bytes at {at} repeated", [.. file[..(at + length)], .. file[at..]]),
                _ => Field(file, at, _fields[random.Next(_fields.Length)]),
            };
            if (!damaged.AsSpan().SequenceEqual(file))
            {
                return (what, damaged);
            }
        }
    }

    private static (string, byte[]) Field(byte[] file, int at, byte[] value) =>
        ($"field at {at} made {Convert.ToHexStringLower(value)}", Write(file, at, value[..Math.Min(value.Length, file.Length - at)]));

    private static byte[] Flip(byte[] file, int at, int bit) => Write(file, at, [(byte)(file[at] ^ (1 << bit))]);

    private static byte[] Write(byte[] file, int at, byte[] bytes)
    {
        var copy = (byte[])file.Clone();
        bytes.CopyTo(copy, at);
        return copy;
    }
}
