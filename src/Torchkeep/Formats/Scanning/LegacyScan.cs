using Torchkeep.Formats.TorchLegacy;
using Torchkeep.IO;

namespace Torchkeep.Formats.Scanning;

/// <summary>The legacy format: each pickle that PyTorch loads, in its order, and what comes after the storages.</summary>
internal static class LegacyScan
{
    // The magic number, the protocol, what the machine was like, the object, the keys of the storages (torch/serialization.py, _legacy_load).
    private const int PickleCount = 5;

    internal static bool Run(FileScan scan, ScanPart part)
    {
        // Python's unpickler may take what ours refuses, so that the pickles are followed first.
        var followed = PickleScan.RunSeveral(scan, part, PickleCount);
        try
        {
            var contents = TorchLegacyReader.OpenAsync(part.Source, new ReadOptions { Limits = scan.Limits }, async: false, scan.CancellationToken).Complete();
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

        return true;
    }
}
