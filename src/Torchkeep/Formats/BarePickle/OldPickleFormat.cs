using System.Buffers;
using Torchkeep.IO;

namespace Torchkeep.Formats.BarePickle;

/// <summary>
/// A pickle of protocol 0 or 1, which says of itself nothing: text can start in the same way. It is one if it runs from
/// its first byte to the last of the file, or to where the next save may begin; else the file is something else.
/// </summary>
internal sealed class OldPickleFormat : IFormat
{
    // What CPython's pickler begins with: marks, empty containers, names, numbers, text, None.
    private static readonly SearchValues<byte> _starts = SearchValues.Create("()]}cILFSVXKMJGNUT"u8);

    // Two lines of a text are what a pickled name is.
    private static readonly SearchValues<char> _nameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.<>");

    public CheckpointFormat Format => CheckpointFormat.Pickle;

    public bool Matches(ReadOnlySpan<byte> head) => head.Length > 1 && _starts.Contains(head[0]) && !ForeignFile.IsKnown(head);

    public async ValueTask<CheckpointContents> OpenAsync(ByteSource source, ReadOptions options, bool async, CancellationToken cancellationToken)
    {
        // No value is longer than the file: a length that says so is text, and passes no limit.
        var limits = source.Length <= options.Limits.MaxStringBytes ? options.Limits with { MaxStringBytes = int.MaxValue } : options.Limits;
        InvalidCheckpointException? broken = null;
        try
        {
            var contents = await BarePickleReader.OpenAsync(source, options with { Limits = limits }, async, cancellationToken).ConfigureAwait(false);
            var end = contents.Length!.Value;
            if (contents.Root is PyGlobal name && name.ToString().AsSpan().ContainsAnyExcept(_nameCharacters))
            {
                throw new InvalidCheckpointException($"'{name.Brief}' is no name of a class");
            }

            if (end == source.Length)
            {
                return contents;
            }

            var next = new byte[Math.Min(source.Length - end, FormatTable.HeadSize)];
            await source.ReadAsync(end, next, async, cancellationToken).ConfigureAwait(false);
            if (FormatTable.Find(next)?.Format is CheckpointFormat.Pickle or CheckpointFormat.TorchLegacy or CheckpointFormat.TorchZip)
            {
                return contents;
            }
        }
        catch (InvalidCheckpointException error)
        {
            broken = error;
        }

        var head = new byte[Math.Min(source.Length, FormatTable.HeadSize)];
        await source.ReadAsync(0, head, async, cancellationToken).ConfigureAwait(false);
        throw ForeignFile.Describe(head, source, broken);
    }
}
