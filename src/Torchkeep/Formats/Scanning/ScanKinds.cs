using Torchkeep.Formats.Safetensors;
using Torchkeep.Formats.Sharded;
using Torchkeep.Formats.TorchLegacy;
using Torchkeep.Formats.TorchTar;

namespace Torchkeep.Formats.Scanning;

/// <summary>
/// What bytes can be, besides a bare pickle, which has no signature. The file, its records and members, and the values of
/// its pickles are all looked up here. The order is that of <c>torch.load</c> (torch/serialization.py, <c>load</c> and
/// <c>_legacy_load</c>).
/// </summary>
internal static class ScanKinds
{
    private static readonly ScanKind[] _all =
    [
        new("zip archive", ZipScan.Matches, ZipScan.Run) { MayBePickle = false },
        new("tar file", TarHeader.HasChecksum, TarScan.Run),
        new("stream of pickles", LegacySignature.Matches, LegacyScan.Run) { MayBePickle = false },
        new("safetensors file, which holds no pickle", new SafetensorsFormat().Matches, SafetensorsScan.Run) { MayPrecedeArchive = true },
        new("JSON text, which holds no pickle", new ShardedFormat().Matches, ShardScan.Run) { MayPrecedeArchive = true },
        new("NumPy array", NpyScan.Matches, NpyScan.Run) { MayPrecedeArchive = true },
        .. CompressedScan.Kinds,
    ];

    /// <summary>The kinds that bytes can be taken for, from their start.</summary>
    internal static List<ScanKind> Of(ReadOnlySpan<byte> head)
    {
        var kinds = new List<ScanKind>();
        foreach (var kind in _all)
        {
            if (kind.Matches(head))
            {
                kinds.Add(kind);
            }
        }

        return kinds;
    }
}
