using Torchkeep.Formats.Sharded;
using Torchkeep.IO;

namespace Torchkeep.Formats.Scanning;

/// <summary>The index of a sharded checkpoint: every file that it names.</summary>
internal static class ShardScan
{
    internal static void Run(FileScan scan, ScanPart part)
    {
        try
        {
            foreach (var (_, path) in ShardedReader.FindShards(part.Source, scan.Limits, scan.CancellationToken))
            {
                Later(scan, part, path);
            }
        }
        catch (CheckpointException error) when (error is not InvalidCheckpointException { IsForeign: true })
        {
            scan.Add(error, part.Record);
        }
    }

    private static void Later(FileScan scan, ScanPart part, string path)
    {
        var name = Path.GetFileName(path);
        if (!File.Exists(path))
        {
            scan.Add(ScanRule.BrokenContainer, $"the index names '{name}', which is not there", part.Record);
            return;
        }

        try
        {
            var shard = part.Inside(scan.Own(new FileByteSource(path)), name, isNamedPickle: false);
            scan.Later(shard with { IfNothing = new(ScanRule.BrokenContainer, "the index names this file, which is no checkpoint", shard.Record, null) });
        }
        catch (InvalidCheckpointException error)
        {
            scan.Add(error, part.Record);
        }
    }
}
