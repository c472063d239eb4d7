using Torchkeep.Formats.BarePickle;
using Torchkeep.Formats.Safetensors;
using Torchkeep.Formats.Sharded;
using Torchkeep.Formats.TorchLegacy;
using Torchkeep.Formats.TorchSharpDat;
using Torchkeep.Formats.TorchTar;
using Torchkeep.Formats.TorchZip;

namespace Torchkeep.Formats;

/// <summary>The container kinds, strongest signature first.</summary>
internal static class FormatTable
{
    /// <summary>How many bytes the kinds and the description of foreign files look at.</summary>
    internal const int HeadSize = 512;

    private static readonly IFormat[] _formats = [new SafetensorsFormat(), new TorchZipFormat(), new TorchLegacyFormat(), new TorchTarFormat(), new ShardedFormat(), new BarePickleFormat(), new TorchSharpDatFormat(), new OldPickleFormat()];

    /// <summary>The kind of a file that starts like this.</summary>
    /// <exception cref="InvalidCheckpointException">It is of none; the message says what it looks like.</exception>
    internal static IFormat Detect(ReadOnlySpan<byte> head, ByteSource source) => Find(head) ?? throw ForeignFile.Describe(head, source);

    /// <summary>The same, or null.</summary>
    internal static IFormat? Find(ReadOnlySpan<byte> head)
    {
        foreach (var format in _formats)
        {
            if (format.Matches(head))
            {
                return format;
            }
        }

        return null;
    }

    /// <summary>The kind of a file that an index names: never another index, or files could name each other without end.</summary>
    internal static IFormat DetectShard(ReadOnlySpan<byte> head, ByteSource source) =>
        Detect(head, source) is var format and not ShardedFormat ? format : throw ForeignFile.Describe(head, source);

    /// <summary>The kind that a save writes under a name where it is not told: what PyTorch's users mean by the name.</summary>
    internal static CheckpointFormat OfName(string? path) =>
        string.Equals(Path.GetExtension(path), SafetensorsConstants.Extension, StringComparison.OrdinalIgnoreCase) ? CheckpointFormat.Safetensors : CheckpointFormat.TorchZip;

    /// <summary>The kind that a save writes.</summary>
    /// <exception cref="ArgumentException">It cannot be written.</exception>
    internal static IFormatWriter Writer(CheckpointFormat kind) =>
        _formats.FirstOrDefault(format => format.Format == kind) as IFormatWriter
        ?? throw new ArgumentException($"{nameof(WriteOptions)}.{nameof(WriteOptions.Format)} is {kind}, which is not written: {string.Join(", ", _formats.Where(format => format is IFormatWriter).Select(format => format.Format))} are");
}
