using Torchkeep.Formats.TorchLegacy;
using Torchkeep.IO;

namespace Torchkeep.Formats.Scanning;

/// <summary>The stream format: each pickle that PyTorch would load, in its order, and what comes after the storages.</summary>
internal static class LegacyScan
{
    internal static void Run(FileScan scan, ScanPart part)
    {
        long followed = 0;
        var options = new ReadOptions
        {
            Limits = scan.Limits,
            PickleObserver = (bytes, _, position) => followed = position + (scan.Follow(bytes, part, position) ?? 0),
        };
        try
        {
            var contents = TorchLegacyReader.OpenAsync(part.Source, options, async: false, scan.CancellationToken).Complete();
            if (contents.Length < part.Source.Length)
            {
                scan.Later(part.Behind(contents.Length.Value));
            }
        }
        catch (CheckpointException error)
        {
            scan.Add(error, part.Record);

            // A reader that goes on where this one stopped would come to what follows.
            PickleScan.Sniff(scan, part, followed);
        }
    }
}
