namespace Torchkeep.Fuzz.Targets;

/// <summary>The archive: directory, records, pickle and elements. What does not begin as one is made to.</summary>
internal sealed class ZipTarget : FuzzTarget
{
    internal override string Name => "zip";

    protected override void RunAny(byte[] input)
    {
        new byte[] { 0x50, 0x4b, 3, 4 }.AsSpan(0, Math.Min(4, input.Length)).CopyTo(input);
        using var checkpoint = Checkpoint.Open(input, Options);
        LookAt(checkpoint);
    }
}
