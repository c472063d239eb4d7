using Torchkeep.Fuzz.Targets;

namespace Torchkeep.Fuzz;

/// <summary>All targets.</summary>
internal static class FuzzTargets
{
    internal static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new PickleTarget(), new ZipTarget(), new LegacyTarget(), new TarTarget(), new SafetensorsTarget(), new ShardIndexTarget(), new VerifyTarget(), new ScanTarget(), new RoundTripTarget(),
    ];
}
