using System.Formats.Tar;
using System.Globalization;
using System.Text;
using Torchkeep.IO;

namespace Torchkeep.Formats.TorchTar;

/// <summary>Where the members of a tar file are. None of their bytes is read.</summary>
internal static class TarMembers
{
    private const int SizeAt = 124;
    private const int SizeLength = 12;
    private const int TypeAt = 156;

    // The framework makes room for a header's extension before it sees that the file ends.
    private const int MaxExtension = 1 << 16;

    internal static async ValueTask<Dictionary<string, ByteSource>> ReadAsync(ByteSource source, ReadLimits limits, bool async, CancellationToken cancellationToken)
    {
        var members = new Dictionary<string, ByteSource>(StringComparer.Ordinal);
        var places = new HashSet<(string Name, long Start, long Length)>();
        var walk = await TarWalk.ReadAsync(source, limits, async, cancellationToken).ConfigureAwait(false);
        if (walk.Oddities is [var (problem, record, offset), ..])
        {
            throw Invalid(source, $"readers of tar files differ in what this one holds: {problem}", record, offset);
        }

        using var stream = new ByteSourceStream(source);
        using var reader = new TarReader(stream, leaveOpen: true);
        long position = 0;
        try
        {
            while (true)
            {
                await CheckExtensionsAsync(source, position, async, cancellationToken).ConfigureAwait(false);
                var entry = async
                    ? await reader.GetNextEntryAsync(copyData: false, cancellationToken).ConfigureAwait(false)
                    : reader.GetNextEntry(copyData: false);
                if (entry is null)
                {
                    Compare(source, walk, places);
                    return members;
                }

                if (members.Count == limits.MaxRecords)
                {
                    throw new UnsupportedCheckpointException($"the tar file has more than {limits.MaxRecords} members ({nameof(ReadLimits)}.{nameof(ReadLimits.MaxRecords)})")
                    {
                        File = source.Name,
                    };
                }

                if (entry.DataOffset < 0 || entry.Length > source.Length - entry.DataOffset)
                {
                    throw Invalid(source, $"the member should have {entry.Length} bytes, which the file is too short for: it is truncated", entry.Name, position);
                }

                if (!members.TryAdd(entry.Name, new SliceByteSource(source, entry.DataOffset, entry.Length)))
                {
                    throw Invalid(source, "the tar file has two members of one name", entry.Name, position);
                }

                places.Add((entry.Name, entry.DataOffset, entry.Length));
                position = entry.DataOffset + TarHeader.RoundUp(entry.Length);
            }
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException or FormatException or ArgumentException or OverflowException)
        {
            throw new InvalidCheckpointException("the tar file is broken or truncated", error) { File = source.Name, Offset = position };
        }
        catch (NotSupportedException error)
        {
            throw new UnsupportedCheckpointException("the tar file has a member of a kind that is not read", error) { File = source.Name, Offset = position };
        }
    }

    // PyTorch reads these files with Python's tarfile, which interprets more than the framework's reader.
    private static void Compare(ByteSource source, TarWalk walk, HashSet<(string Name, long Start, long Length)> places)
    {
        foreach (var member in walk.Members)
        {
            if (member.HasBytes && !places.Contains((member.Name, member.Start, member.Length)))
            {
                throw Invalid(source, "readers of tar files differ in where this member is", member.Name, member.Start);
            }
        }
    }

    private static async ValueTask CheckExtensionsAsync(ByteSource source, long position, bool async, CancellationToken cancellationToken)
    {
        var block = new byte[TarHeader.BlockSize];
        while (position <= source.Length - TarHeader.BlockSize)
        {
            await source.ReadAsync(position, block, async, cancellationToken).ConfigureAwait(false);
            if (block[TypeAt] is not ((byte)'x' or (byte)'g' or (byte)'L' or (byte)'K'))
            {
                return;
            }

            var text = Encoding.Latin1.GetString(block, SizeAt, SizeLength).Trim(' ', '\0');
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _) || Convert.ToInt64(text, 8) is var size && size > MaxExtension)
            {
                throw Invalid(source, $"the tar file has an extended header of '{text}' bytes, and {MaxExtension} is the most that is read", record: null, position);
            }

            position += TarHeader.BlockSize + TarHeader.RoundUp(size);
        }
    }

    private static InvalidCheckpointException Invalid(ByteSource source, string problem, string? record, long offset) =>
        new(problem) { File = source.Name, Record = record, Offset = record is null ? offset : null };
}
