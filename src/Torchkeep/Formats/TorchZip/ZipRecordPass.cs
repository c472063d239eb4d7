using System.IO.Hashing;
using Torchkeep.IO;

namespace Torchkeep.Formats.TorchZip;

/// <summary>A pass over a stored record: the CRC-32 of each piece is computed where it is read, and all are joined at the end.</summary>
/// <param name="record">What is told the CRC-32.</param>
/// <param name="bytes">Its bytes, unchecked.</param>
/// <param name="pieceBytes">The length of every piece but the last.</param>
internal sealed class ZipRecordPass(ZipRecordSource record, ByteSource bytes, int pieceBytes) : PiecePass(bytes)
{
    // What is read at once is still in the processor's cache when its CRC-32 is computed.
    private const int CachedBytes = 256 << 10;

    private readonly long _length = bytes.Length;
    private readonly uint[] _crcs = new uint[(bytes.Length + pieceBytes - 1) / pieceBytes];
    private long _missing = (bytes.Length + pieceBytes - 1) / pieceBytes;

    internal override bool Checks => true;

    internal override void Read(long offset, Span<byte> destination)
    {
        var crc = new Crc32();
        for (var done = 0; done < destination.Length;)
        {
            var part = destination.Slice(done, Math.Min(CachedBytes, destination.Length - done));
            base.Read(offset + done, part);
            crc.Append(part);
            done += part.Length;
        }

        _crcs[offset / pieceBytes] = crc.GetCurrentHashAsUInt32();
        if (Interlocked.Decrement(ref _missing) == 0)
        {
            record.Verify(Joined());
        }
    }

    private uint Joined()
    {
        var joined = _crcs[0];
        for (var i = 1; i < _crcs.Length; i++)
        {
            joined = CrcJoin.Join(joined, _crcs[i], Math.Min(pieceBytes, _length - ((long)i * pieceBytes)));
        }

        return joined;
    }
}
