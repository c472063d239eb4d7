namespace Torchkeep.Fuzz.Targets;

/// <summary>The tar file. What has not the magic of one is given it.</summary>
internal sealed class TarTarget : FuzzTarget
{
    private const int MagicAt = 257;

    internal override string Name => "tar";

    protected override void RunAny(byte[] input)
    {
        if (input.Length >= MagicAt + 5)
        {
            "ustar"u8.CopyTo(input.AsSpan(MagicAt));
        }

        using var checkpoint = Checkpoint.Open(input, Options);
        LookAt(checkpoint);
    }
}
