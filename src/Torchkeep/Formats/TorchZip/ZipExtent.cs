using System.Buffers.Binary;
using Torchkeep.IO;

namespace Torchkeep.Formats.TorchZip;

/// <summary>
/// Finds where an archive ends that something follows: the first end record that fits the place where it stands
/// (APPNOTE 4.3.16). Nothing before the directory says how long the archive is, so its bytes are passed over once.
/// </summary>
internal static class ZipExtent
{
    // Archives can be short, and many.
    private const int FirstRead = 1 << 12;
    private const int BufferSize = 1 << 20;

    private static readonly byte[] _signature = [.. "PK\x05\x06"u8];

    internal static async ValueTask<long> FindAsync(ByteSource source, ReadLimits limits, bool async, CancellationToken cancellationToken)
    {
        if (await EndsWithSourceAsync(source, limits, async, cancellationToken).ConfigureAwait(false))
        {
            return source.Length;
        }

        var buffer = new byte[(int)Math.Min(FirstRead, source.Length)];
        for (long at = 0; at <= source.Length - ZipFields.EndSize;)
        {
            if (at > buffer.Length && buffer.Length < BufferSize)
            {
                buffer = new byte[(int)Math.Min(Math.Min(at, BufferSize), source.Length)];
            }

            var count = (int)Math.Min(buffer.Length, source.Length - at);
            await source.ReadAsync(at, buffer.AsMemory(0, count), async, cancellationToken).ConfigureAwait(false);
            for (var i = 0; i <= count - ZipFields.EndSize; i++)
            {
                var next = buffer.AsSpan(i, count - i).IndexOf(_signature);
                if (next < 0 || (i += next) > count - ZipFields.EndSize)
                {
                    break;
                }

                var end = buffer.AsMemory(i, ZipFields.EndSize);
                if (await FitsAsync(source, at + i, end, async, cancellationToken).ConfigureAwait(false) is { } length)
                {
                    return length;
                }
            }

            at += Math.Max(1, count - ZipFields.EndSize + 1);
        }

        return source.Length;
    }

    // An archive that nothing follows is seen from its end.
    private static async ValueTask<bool> EndsWithSourceAsync(ByteSource source, ReadLimits limits, bool async, CancellationToken cancellationToken)
    {
        if (source.Length < ZipFields.EndSize)
        {
            return false;
        }

        var end = new byte[ZipFields.EndSize];
        await source.ReadAsync(source.Length - end.Length, end, async, cancellationToken).ConfigureAwait(false);
        if (!end.AsSpan().StartsWith(_signature) || await FitsAsync(source, source.Length - end.Length, end, async, cancellationToken).ConfigureAwait(false) is null)
        {
            return false;
        }

        try
        {
            await ZipDirectory.ReadAsync(source, limits, async, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (InvalidCheckpointException)
        {
            return false;
        }
    }

    // The fields are sizes of the directory and its place; it lies right before the end record, or before the two of zip64, as far from the start as it is said to.
    private static async ValueTask<long?> FitsAsync(ByteSource source, long at, ReadOnlyMemory<byte> end, bool async, CancellationToken cancellationToken)
    {
        var (size, offset) = (BinaryPrimitives.ReadUInt32LittleEndian(end.Span[12..]), BinaryPrimitives.ReadUInt32LittleEndian(end.Span[16..]));
        var length = at + end.Length + BinaryPrimitives.ReadUInt16LittleEndian(end.Span[20..]);
        if (length > source.Length)
        {
            return null;
        }

        if (at == (long)offset + size && size != uint.MaxValue && offset != uint.MaxValue)
        {
            return length;
        }

        const int Zip64Length = ZipFields.End64Size + ZipFields.Locator64Size;
        if (at < Zip64Length)
        {
            return null;
        }

        var zip64 = new byte[ZipFields.End64Size];
        await source.ReadAsync(at - Zip64Length, zip64, async, cancellationToken).ConfigureAwait(false);
        return BinaryPrimitives.ReadUInt32LittleEndian(zip64) == ZipFields.End64Signature
            && BinaryPrimitives.ReadUInt64LittleEndian(zip64.AsSpan(40)) + BinaryPrimitives.ReadUInt64LittleEndian(zip64.AsSpan(48)) == (ulong)(at - Zip64Length)
            ? length
            : null;
    }
}
