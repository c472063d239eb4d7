namespace Torchkeep.Fuzz.Targets;

/// <summary>The file of safetensors: header and elements.</summary>
internal sealed class SafetensorsTarget : FuzzTarget
{
    internal override string Name => "safetensors";

    protected override void RunAny(byte[] input)
    {
        using var checkpoint = Checkpoint.Open(input, Options);
        LookAt(checkpoint);
    }
}
