using Torchkeep.IO;

namespace Torchkeep.Fuzz.Targets;

/// <summary>The scanner, over every kind.</summary>
internal sealed class ScanTarget : FuzzTarget
{
    internal override string Name => "scan";

    protected override void RunAny(byte[] input)
    {
        using var source = new MemoryByteSource(input);
        _ = CheckpointScanner.Scan(source, new ScanOptions { Limits = Limits }).IsClean;
    }
}
