using Torchkeep.Formats.Safetensors;
using Torchkeep.IO;

namespace Torchkeep.Formats.Scanning;

/// <summary>The file of safetensors, which holds no pickle: whether it is one, and nothing else.</summary>
internal static class SafetensorsScan
{
    internal static bool Run(FileScan scan, ScanPart part)
    {
        try
        {
            new SafetensorsFormat().OpenAsync(part.Source, new ReadOptions { Limits = scan.Limits }, async: false, scan.CancellationToken).Complete();
        }
        catch (CheckpointException) when (!IsSaidToBeOne(part))
        {
            return false;
        }
        catch (CheckpointException error)
        {
            scan.Add(error, part.Record);
            PickleScan.Sniff(scan, part);
        }

        return true;
    }

    // Elements of a tensor in an archive may have the first nine bytes of such a file.
    private static bool IsSaidToBeOne(ScanPart part) =>
        part.Depth == 0 || part.IfNothing is not null || part.Record?.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase) == true;
}
