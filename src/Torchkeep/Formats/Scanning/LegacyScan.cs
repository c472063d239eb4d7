using Torchkeep.Formats.TorchLegacy;
using Torchkeep.IO;

namespace Torchkeep.Formats.Scanning;

/// <summary>The stream format: each pickle that PyTorch would load, in its order, and what comes after the storages.</summary>
internal static class LegacyScan
{
    internal static void Run(FileScan scan, ScanPart part)
    {
        var options = new ReadOptions { Limits = scan.Limits, PickleObserver = (bytes, _, position) => scan.Follow(bytes, part, position) };
        try
        {
            var contents = TorchLegacyReader.OpenAsync(part.Source, options, async: false, scan.CancellationToken).Complete();
            foreach (var leftover in contents.Leftovers)
            {
                scan.Add(ScanRule.DataAfterStop, $"{leftover.Length} bytes follow the last storage", part.Record, leftover.Offset);
                scan.Later(part.Inside(new SliceByteSource(part.Source, leftover.Offset, leftover.Length), $"bytes at {leftover.Offset}", isNamedPickle: false));
            }
        }
        catch (CheckpointException error)
        {
            scan.Add(error is InvalidCheckpointException ? ScanRule.BrokenContainer : ScanRule.OverLimit, error.Problem, part.Record, error.Offset);
        }
    }
}
