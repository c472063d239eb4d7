using Torchkeep.Formats.Sharded;
using Torchkeep.IO;

namespace Torchkeep.Formats.Scanning;

/// <summary>The index of a sharded checkpoint: every file that it names.</summary>
internal static class ShardScan
{
    internal static bool Run(FileScan scan, ScanPart part)
    {
        // An index names no other index, and a text in an archive has no files beside it.
        if (part.Depth > 0)
        {
            return false;
        }

        try
        {
            foreach (var (_, path) in ShardedReader.FindShards(part.Source, scan.Limits, scan.CancellationToken))
            {
                Later(scan, part, path);
            }
        }
        catch (InvalidCheckpointException error) when (error.IsForeign)
        {
            return false;
        }
        catch (CheckpointException error)
        {
            scan.Add(error, part.Record);
        }

        return true;
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
            // Refuses what is no file; thousands are not kept open.
            using (var opened = new FileByteSource(path))
            {
                scan.Allow(opened.Length);
            }

            var file = new ReopenableByteSource(() => new FileByteSource(path));
            var shard = part.Inside(file, name, isNamedPickle: false);
            scan.Later(shard with { Owned = file, IfNothing = new(ScanRule.BrokenContainer, "the index names this file, which is no checkpoint", shard.Record, null) });
        }
        catch (InvalidCheckpointException error)
        {
            scan.Add(error, part.Record);
        }
    }
}
