namespace Torchkeep.Fuzz.Targets;

/// <summary>The stream: five pickles and the storages. What does not begin with the magic number is given it.</summary>
internal sealed class LegacyTarget : FuzzTarget
{
    private static readonly byte[] _magic = Convert.FromHexString("80028a0a6cfc9c46f9206aa850192e");

    internal override string Name => "legacy";

    protected override void RunAny(byte[] input)
    {
        using var checkpoint = Checkpoint.Open(input.AsSpan().StartsWith(_magic) ? input : [.. _magic, .. input], Options);
        LookAt(checkpoint);
    }
}
