using Torchkeep.Torch;

namespace Torchkeep;

/// <summary>How much of the storages of an object its tensors use.</summary>
/// <param name="TotalBytes">The bytes of all storages that tensors of the object view.</param>
/// <param name="UsedBytes">What is left of them when they are saved with <see cref="WriteOptions.Compact"/>.</param>
public sealed record StorageUsage(long TotalBytes, long UsedBytes)
{
    /// <summary>The bytes that <see cref="WriteOptions.Compact"/> leaves out: no tensor of the object uses them.</summary>
    public long UnusedBytes => TotalBytes - UsedBytes;

    /// <summary>Measures an object. No tensor is read.</summary>
    /// <param name="root">The object: of an open checkpoint its <see cref="Checkpoint.Root"/>, or a part of it.</param>
    public static StorageUsage Of(PyValue root)
    {
        ArgumentNullException.ThrowIfNull(root);
        var plan = StoragePlan.Of(root, compact: true, floats: null);
        return new(plan.BytesBefore, plan.BytesAfter);
    }
}
