namespace Torchkeep.Cli.Output;

/// <summary>A word about tensors of a TorchScript archive that its state_dict has not, as PyTorch's has not.</summary>
internal static class OutsideNote
{
    /// <summary>How many they are and where, or null where there are none or the state_dict of a part is wanted.</summary>
    internal static string? Of(Checkpoint checkpoint, string? path)
    {
        if (checkpoint.Format != CheckpointFormat.TorchScript || path is not null)
        {
            return null;
        }

        var state = checkpoint.FindStateDict();
        var inside = new HashSet<TensorStorage>(ReferenceEqualityComparer.Instance);
        foreach (var (_, value) in state)
        {
            inside.UnionWith(value switch
            {
                PyTensor tensor => [tensor.View.Storage],
                PyCompositeTensor composite => composite.Parts.Select(part => part.Value.View.Storage),
                _ => [],
            });
        }

        var all = checkpoint.Tensors;
        var outside = all.Where(tensor => !inside.Contains(tensor.View.Storage)).ToList();
        if (outside.Count == 0)
        {
            return null;
        }

        // Paths that start with the root's name are those of the object.
        var constants = outside.Count(tensor => !tensor.Path.StartsWith('$'));
        string?[] places =
        [
            constants == 0 ? null : $"{Quantity.Of(constants, "constant")} of its code, as a frozen model or one for phones has them",
            constants == outside.Count ? null : $"{Quantity.Number(outside.Count - constants)} in attributes that are no parameters and no buffers",
        ];
        return $"its state_dict lacks {Quantity.Number(outside.Count)} of its {Quantity.Of(all.Count, "tensor")}, {Quantity.Bytes(outside.Sum(tensor => tensor.View.ByteLength))}: {string.Join(" and ", places.OfType<string>())}";
    }
}
