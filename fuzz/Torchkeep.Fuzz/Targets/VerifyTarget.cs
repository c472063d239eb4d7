using Torchkeep.IO;

namespace Torchkeep.Fuzz.Targets;

/// <summary>The verifier. What it calls whole and wholly checked can be read.</summary>
internal sealed class VerifyTarget : FuzzTarget
{
    internal override string Name => "verify";

    protected override void RunAny(byte[] input)
    {
        using var source = new MemoryByteSource(input);
        if (CheckpointVerifier.Verify(source, Limits) is not { IsWhole: true, UncheckedBytes: 0 })
        {
            return;
        }

        try
        {
            using var checkpoint = Checkpoint.Open(input, Options);
            _ = checkpoint.Root;
        }
        catch (CheckpointException error)
        {
            throw new InvalidOperationException("called whole, and does not open", error);
        }
    }
}
