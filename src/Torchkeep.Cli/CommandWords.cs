namespace Torchkeep.Cli;

/// <summary>Messages of the library in the command's words: an option where the library names a property.</summary>
internal static class CommandWords
{
    private static readonly (string Library, string Command)[] _rows =
    [
        .. Limit.All.Select(limit => ($"{nameof(ReadLimits)}.{limit.Property}", limit.Option)),

        // Two limits bound one thing, and only the first is named in full.
        ($" and {nameof(ReadLimits.MaxEntriesPerOpcode)}", $" and {Limit.All.Single(limit => limit.Property == nameof(ReadLimits.MaxEntriesPerOpcode)).Option}"),
        ($"{nameof(WriteOptions)}.{nameof(WriteOptions.DropShared)} = true", "--drop-shared"),
        ($"{nameof(WriteOptions)}.{nameof(WriteOptions.CopyShared)} = true", "--copy-shared"),
        ($"{nameof(WriteOptions)}.{nameof(WriteOptions.MaxShardSize)}", "--max-shard-size 5GB"),
        ($"{nameof(WriteOptions)}.{nameof(WriteOptions.Format)} = {nameof(CheckpointFormat.TorchZip)}", "--to zip"),
        ($"{nameof(ReadOptions)}.{nameof(ReadOptions.StrictIndex)} = false", "--ignore-unlisted"),
        ($"{nameof(ReadOptions)}.{nameof(ReadOptions.VerifyChecksums)} = false", "--ignore-checksums"),
        ($"{nameof(Checkpoint)}.{nameof(Checkpoint.OpenAll)} opens all of them", "--index 1 takes the first"),
    ];

    internal static string Of(string message)
    {
        // Longer names first: one may start with another.
        foreach (var (library, command) in _rows.OrderByDescending(row => row.Library.Length))
        {
            message = message.Replace(library, command, StringComparison.Ordinal);
        }

        return message;
    }
}
