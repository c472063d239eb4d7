namespace Torchkeep.Fuzz;

/// <summary>Something that takes any bytes at all, and must end in a value or an exception of Torchkeep's own.</summary>
internal abstract class FuzzTarget
{
    /// <summary>What a small input may ask for here: less than by default, so that an honest answer takes no second.</summary>
    protected static ReadLimits Limits { get; } = new()
    {
        MaxPickleBytes = 1 << 20,
        MaxOpcodes = 1 << 20,
        MaxDepth = 1 << 16,
        MaxPickleMemory = 64 << 20,
        MaxMemoEntries = 1 << 16,
        MaxStringBytes = 1 << 20,
        MaxRecords = 1 << 12,
        MaxEntries = 1 << 14,
        MaxNameCharacters = 1 << 20,
        MaxInflatedBytes = 1 << 20,
        MaxExpandedBytes = 1 << 20,
    };

    protected static ReadOptions Options { get; } = new() { Limits = Limits };

    internal abstract string Name { get; }

    /// <summary>Runs one input. Whatever it throws is a finding.</summary>
    internal void Run(byte[] input)
    {
        try
        {
            RunAny(input);
        }
        catch (CheckpointException)
        {
        }
    }

    protected abstract void RunAny(byte[] input);

    /// <summary>Looks at everything that an open checkpoint has.</summary>
    protected static void LookAt(Checkpoint checkpoint)
    {
        var buffer = new byte[1 << 12];
        foreach (var entry in checkpoint.Walk())
        {
            _ = entry.Value.TypeName;
            if (entry.Value is not PyTensor { View: var view })
            {
                continue;
            }

            try
            {
                view.ReadBytes(buffer.AsSpan(0, (int)Math.Min(view.ByteLength, buffer.Length / 16 * 16)));
            }
            catch (CheckpointException)
            {
                // The next tensor may be fine.
            }
        }
    }
}
