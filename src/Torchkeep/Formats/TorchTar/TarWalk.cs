using System.Globalization;
using System.Text;
using Torchkeep.IO;

namespace Torchkeep.Formats.TorchTar;

/// <summary>
/// The members of a tar file as Python's tarfile sees them, and whatever makes it, its other versions or another reader see
/// others. The framework's reader knows nothing of sparse members, and of extended headers less than Python.
/// </summary>
internal sealed class TarWalk
{
    // Names and numbers need no more.
    private const int MaxExtension = 1 << 20;
    private const int MaxPieces = 100_000;

    private readonly ByteSource _source;
    private readonly ReadLimits _limits;
    private readonly List<TarMember> _members = [];
    private readonly List<(string Problem, string? Record, long Offset)> _oddities = [];
    private readonly Dictionary<string, string> _global = new(StringComparer.Ordinal);

    // What extended headers say of the member that follows them.
    private Dictionary<string, string>? _extended;
    private List<(string Key, string Value)> _records = [];
    private string? _longName;

    private TarWalk(ByteSource source, ReadLimits limits) => (_source, _limits) = (source, limits);

    internal IReadOnlyList<TarMember> Members => _members;

    /// <summary>Where readers differ, with the member and the byte.</summary>
    internal IReadOnlyList<(string Problem, string? Record, long Offset)> Oddities => _oddities;

    /// <summary>The byte after the last member, where a block of zeros, something else or nothing stands.</summary>
    internal long End { get; private set; }

    /// <summary>Reads the headers alone.</summary>
    internal static async ValueTask<TarWalk> ReadAsync(ByteSource source, ReadLimits limits, bool async, CancellationToken cancellationToken)
    {
        var walk = new TarWalk(source, limits);
        var block = new byte[TarHeader.BlockSize];
        while (walk.End <= source.Length - block.Length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await source.ReadAsync(walk.End, block, async, cancellationToken).ConfigureAwait(false);
            if (!TarHeader.HasChecksum(block))
            {
                break;
            }

            if (walk._members.Count == limits.MaxRecords)
            {
                throw new UnsupportedCheckpointException($"the tar file has more than {limits.MaxRecords} members ({nameof(ReadLimits)}.{nameof(ReadLimits.MaxRecords)})") { File = source.Name };
            }

            var extension = walk.ExtensionSize(block);
            var bytes = new byte[extension];
            await source.ReadAsync(walk.End + block.Length, bytes, async, cancellationToken).ConfigureAwait(false);
            walk.Take(block, bytes);
        }

        if (walk._extended is not null || walk._longName is not null)
        {
            walk.Odd("no member follows an extended header", record: null);
        }

        return walk;
    }

    // The bytes behind a header that say more of a member: an extension, or the map of a sparse one.
    private int ExtensionSize(byte[] block)
    {
        var header = new TarHeader(block);
        var rest = _source.Length - End - TarHeader.BlockSize;
        return header.Type switch
        {
            (byte)'L' or (byte)'K' or (byte)'x' or (byte)'X' or (byte)'g' => (int)Math.Clamp(header.Size is { } size and >= 0 ? Math.Min(size, MaxExtension) : 0, 0, rest),
            (byte)'S' => (int)Math.Min(rest, MaxExtension),
            _ when Extended("GNU.sparse.major") == "1" => (int)Math.Min(rest, MaxExtension),
            _ => 0,
        };
    }

    private void Take(byte[] block, byte[] extension)
    {
        var header = new TarHeader(block);
        if (header.Size is not { } size || size < 0 || size > long.MaxValue - _source.Length - TarHeader.BlockSize)
        {
            // What follows is looked at as if the member had no bytes: each header is met once.
            Odd("the size in a header is no number that a member can have", header.Name);
            End += TarHeader.BlockSize;
            return;
        }

        var next = End + TarHeader.BlockSize + TarHeader.RoundUp(size);
        switch (header.Type)
        {
            case (byte)'L' or (byte)'K':
                NoteTwice(header.Type == (byte)'L' && _longName is not null, size, extension.Length);
                _longName = header.Type == (byte)'L' ? TarHeader.Text(extension) : _longName;
                End = next;
                break;
            case (byte)'x' or (byte)'X':
                NoteTwice(_extended is not null, size, extension.Length);
                _extended = new(_global, StringComparer.Ordinal);
                _records = ParseRecords(extension);
                Apply(_extended);
                End = next;
                break;
            case (byte)'g':
                NoteTwice(isTwice: false, size, extension.Length);
                _records = ParseRecords(extension);
                Apply(_global);
                if (_global.Keys.FirstOrDefault(key => key is "path" or "linkpath" or "size" || key.StartsWith("GNU.", StringComparison.Ordinal)) is { } key)
                {
                    Odd($"a global header sets {key} of all members", record: null);
                }

                End = next;
                break;
            default:
                TakeMember(header, size, extension);
                break;
        }
    }

    private void TakeMember(TarHeader header, long size, byte[] extension)
    {
        var name = Extended("GNU.sparse.name") ?? Extended("path")?.TrimEnd('/') ?? _longName ?? header.Name;
        var type = header.Type == 0 && name.EndsWith('/') ? (byte)'5' : header.Type;
        name = type == (byte)'5' ? name.TrimEnd('/') : name;
        var start = End + TarHeader.BlockSize;
        var member = new TarMember(name, type, start, size, Pieces: null);
        if (Extended("size") is { } text)
        {
            // One of 8 GiB and more has its size there alone.
            var isNumber = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var said);
            if (!isNumber || (said != size && (size != 0 || said < 1L << 33)))
            {
                Odd($"an extended header gives the member {text} bytes, and its own header {size}", name);
            }

            member = member with { Length = isNumber ? Math.Min(said, long.MaxValue / 2) : 0 };
        }

        var stored = member.Length;
        if (FindPieces(header, extension) is { } pieces)
        {
            Odd("the member is sparse: Python puts it together of pieces, and others take its bytes as they stand", name);
            var map = pieces.MapLength;
            member = member with { Pieces = pieces.Pieces, Start = start + map, Length = RealSize(header) ?? member.Length };
            stored += header.Type == (byte)'S' ? map : 0;
        }

        if (_records.Exists(record => record is { Key: "hdrcharset", Value: "BINARY" }))
        {
            Odd("its name is in no known encoding", name);
        }

        End = member.HasBytes ? start + TarHeader.RoundUp(stored) : start;
        _members.Add(member);
        (_extended, _records, _longName) = (null, [], null);
    }

    private long? RealSize(TarHeader header) =>
        header.Type == (byte)'S'
            ? header.RealSize
            : long.TryParse(Extended("GNU.sparse.realsize") ?? Extended("GNU.sparse.size"), NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : null;

    /// <summary>The pieces of a sparse member and the length of the map before its bytes, or null if it is not sparse.</summary>
    private (List<(long At, long Length)> Pieces, long MapLength)? FindPieces(TarHeader header, byte[] extension)
    {
        if (header.Type == (byte)'S')
        {
            return header.ReadSparse(extension, MaxPieces);
        }

        if (Extended("GNU.sparse.map") is { } map)
        {
            return (Pair(map.Split(',')), 0);
        }

        if (Extended("GNU.sparse.size") is not null)
        {
            var offsets = _records.Where(record => record.Key == "GNU.sparse.offset").Select(record => record.Value);
            var lengths = _records.Where(record => record.Key == "GNU.sparse.numbytes").Select(record => record.Value);
            return (Pair([.. offsets.Zip(lengths, (offset, length) => new[] { offset, length }).SelectMany(pair => pair)]), 0);
        }

        if (Extended("GNU.sparse.major") != "1")
        {
            return Extended("GNU.sparse.realsize") is null && Extended("GNU.sparse.name") is null ? null : ([], 0);
        }

        // Lines before the bytes: how many pieces, then each one's place and length, in whole blocks.
        var lines = Encoding.Latin1.GetString(extension).Split('\n', (2 * MaxPieces) + 2);
        var count = (int)Math.Min(MaxPieces, long.TryParse(lines[0], NumberStyles.None, CultureInfo.InvariantCulture, out var said) ? said : 0);
        string[] numbers = [.. lines.Skip(1).Take(2 * count)];
        return (Pair(numbers), TarHeader.RoundUp(lines[0].Length + 1L + numbers.Sum(number => number.Length + 1L)));
    }

    private static List<(long At, long Length)> Pair(string[] numbers)
    {
        var pieces = new List<(long, long)>();
        for (var i = 0; i + 1 < numbers.Length && pieces.Count < MaxPieces; i += 2)
        {
            if (!long.TryParse(numbers[i], NumberStyles.None, CultureInfo.InvariantCulture, out var at)
                || !long.TryParse(numbers[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var length)
                || at > long.MaxValue / 2 || length > long.MaxValue / 4)
            {
                break;
            }

            pieces.Add((at, length));
        }

        return pieces;
    }

    // "LENGTH KEY=VALUE\n", the length being that of all of it.
    private List<(string Key, string Value)> ParseRecords(ReadOnlySpan<byte> bytes)
    {
        var records = new List<(string, string)>();
        while (bytes.Length > 0 && bytes[0] != 0)
        {
            var space = bytes.IndexOf((byte)' ');
            if (space < 1 || !int.TryParse(bytes[..space], NumberStyles.None, CultureInfo.InvariantCulture, out var length) || length <= space + 1 || length > bytes.Length || bytes[length - 1] != '\n')
            {
                Odd("an extended header is broken", record: null);
                break;
            }

            var text = Encoding.UTF8.GetString(bytes[(space + 1)..(length - 1)]);
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
            {
                records.Add((text[..equals], text[(equals + 1)..]));
            }

            bytes = bytes[length..];
        }

        return records;
    }

    private void Apply(Dictionary<string, string> headers)
    {
        foreach (var (key, value) in _records)
        {
            headers[key] = value;
        }
    }

    private string? Extended(string key) => (_extended ?? _global).GetValueOrDefault(key);

    private void NoteTwice(bool isTwice, long size, int read)
    {
        if (isTwice || size > read)
        {
            Odd(isTwice ? "two extended headers stand before one member" : $"an extended header has {size} bytes, of which {read} are read", record: null);
        }
    }

    private void Odd(string problem, string? record)
    {
        // One that repeats says no more.
        if (_oddities.Count < 100)
        {
            _oddities.Add((problem, record, End));
        }
    }
}
