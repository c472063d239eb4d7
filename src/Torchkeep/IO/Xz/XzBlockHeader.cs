namespace Torchkeep.IO.Xz;

/// <summary>The header of a block of xz, between its size and its CRC-32: which filters, and how large the window is.</summary>
internal static class XzBlockHeader
{
    private static readonly Dictionary<long, string> _otherFilters = new()
    {
        [0x03] = "delta",
        [0x04] = "x86",
        [0x05] = "PowerPC",
        [0x06] = "IA-64",
        [0x07] = "ARM",
        [0x08] = "ARM-Thumb",
        [0x09] = "SPARC",
        [0x0a] = "ARM64",
        [0x0b] = "RISC-V",
    };

    /// <summary>The size of the window. The sizes that a header may tell are in the index too, where they are compared.</summary>
    internal static int WindowOf(ReadOnlySpan<byte> header, byte lzma2, int largest)
    {
        const int HasPackedSize = 0x40;
        const int HasUnpackedSize = 0x80;
        var (flags, at) = (header[0], 1);
        if ((flags & 0x3c) != 0)
        {
            throw new InvalidDataException("the header of a block of xz has flags of a later version");
        }

        foreach (var size in (int[])[HasPackedSize, HasUnpackedSize])
        {
            if ((flags & size) != 0)
            {
                _ = Number(header, ref at);
            }
        }

        var filter = Number(header, ref at);
        if (filter != lzma2 || (flags & 3) != 0)
        {
            var name = filter == lzma2 ? "a second one" : _otherFilters.GetValueOrDefault(filter, $"0x{filter:x}");
            throw new UnsupportedCheckpointException($"the xz file was made with a filter that is not read, {name}: unpack it with xz -d");
        }

        var bits = Number(header, ref at) == 1 && at < header.Length ? header[at] : byte.MaxValue;
        if (bits > 40)
        {
            throw new InvalidDataException("the header of a block of xz tells no size of the window");
        }

        // 2 or 3 times a power of two; the largest is one less than 4 GiB.
        var window = bits == 40 ? uint.MaxValue : (2L | (bits & 1)) << ((bits / 2) + 11);
        return window <= largest
            ? (int)window
            : throw new UnsupportedCheckpointException($"the xz file needs a window of {window} bytes, and at most {largest} are taken: unpack it with xz -d");
    }

    private static long Number(ReadOnlySpan<byte> bytes, ref int at)
    {
        long number = 0;
        for (var shift = 0; shift < 63 && at < bytes.Length; shift += 7)
        {
            var one = bytes[at++];
            number |= (one & 0x7fL) << shift;
            if (one < 0x80)
            {
                return number;
            }
        }

        throw new InvalidDataException("a number in the header of a block of xz is broken");
    }
}
