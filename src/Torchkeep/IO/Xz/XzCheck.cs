using System.Buffers.Binary;
using System.IO.Hashing;
using System.Security.Cryptography;

namespace Torchkeep.IO.Xz;

/// <summary>The checksum at the end of a block of xz: none, CRC-32, CRC-64 or SHA-256.</summary>
internal sealed class XzCheck : IDisposable
{
    private const int Crc32Kind = 1;
    private const int Crc64Kind = 4;
    private const int Sha256Kind = 10;
    private const int KindCount = 16;

    // The polynomial of ECMA-182, its lowest bit first.
    private const ulong Polynomial = 0xC96C5795D7870F42;

    private static readonly ulong[] _crc64Table = [.. Enumerable.Range(0, 256).Select(value => Crc64Of((ulong)value))];

    private readonly int _kind;
    private readonly Crc32 _crc32 = new();
    private readonly IncrementalHash? _sha256;
    private ulong _crc64 = ulong.MaxValue;

    internal XzCheck(int kind)
    {
        _kind = kind;
        _sha256 = kind == Sha256Kind ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
    }

    /// <summary>How many bytes a checksum of a kind has, known or not.</summary>
    internal static int SizeOf(int kind) => kind is 0 or >= KindCount ? 0 : 4 << ((kind - 1) / 3);

    public void Dispose() => _sha256?.Dispose();

    internal void Append(ReadOnlySpan<byte> bytes)
    {
        switch (_kind)
        {
            case Crc32Kind:
                _crc32.Append(bytes);
                break;
            case Crc64Kind:
                foreach (var value in bytes)
                {
                    _crc64 = _crc64Table[(byte)(_crc64 ^ value)] ^ (_crc64 >> 8);
                }

                break;
            default:
                _sha256?.AppendData(bytes);
                break;
        }
    }

    /// <summary>Whether the checksum is that of what was appended. One of a kind that is not known always is.</summary>
    internal bool IsSame(ReadOnlySpan<byte> expected) => _kind switch
    {
        Crc32Kind => BinaryPrimitives.ReadUInt32LittleEndian(expected) == _crc32.GetCurrentHashAsUInt32(),
        Crc64Kind => BinaryPrimitives.ReadUInt64LittleEndian(expected) == ~_crc64,
        Sha256Kind => _sha256!.GetCurrentHash().AsSpan().SequenceEqual(expected),
        _ => true,
    };

    private static ulong Crc64Of(ulong value)
    {
        for (var bit = 0; bit < 8; bit++)
        {
            value = (value >> 1) ^ ((value & 1) * Polynomial);
        }

        return value;
    }
}
