using Torchkeep.Cli.Output;

namespace Torchkeep.Cli.Conversion;

/// <summary>Says what a conversion does not write: nothing is lost without a word.</summary>
internal static class LeftOut
{
    // What every file of safetensors has, and convert writes itself.
    internal const string FormatKey = "format";

    /// <summary>What of a checkpoint is not in its part, or null where all is.</summary>
    /// <param name="checkpoint">The whole.</param>
    /// <param name="part">The dictionary that is written of it.</param>
    internal static string? Of(Checkpoint checkpoint, PyValue part)
    {
        if (part == checkpoint.Root || part is not PyDict written)
        {
            return null;
        }

        var storages = new HashSet<TensorStorage>(ReferenceEqualityComparer.Instance);
        storages.UnionWith(written.SelectMany(entry => StoragesOf(entry.Value)));
        var (tensors, bytes) = (0L, (Int128)0);
        var taken = new HashSet<PyEntry>(ReferenceEqualityComparer.Instance);
        foreach (var entry in checkpoint.Walk())
        {
            if (entry.Value is not PyTensor tensor)
            {
                continue;
            }

            if (storages.Contains(tensor.View.Storage))
            {
                taken.Add(TopOf(entry));
            }
            else
            {
                tensors++;
                bytes += tensor.View.ByteLength;
            }
        }

        // The parts of a module are not the caller's to choose from.
        var others = checkpoint.Root is PyDict root && taken.Any(entry => entry.Depth == 1)
            ? root.Where(item => !taken.Any(entry => entry.Depth == 1 && ReferenceEquals(entry.Value, item.Value))).Select(item => item.Key.ToString()!).ToList()
            : [];
        string?[] lost =
        [
            tensors == 0 ? null : $"{Quantity.Number(tensors)} of its {Quantity.Of(checkpoint.Tensors.Count, "tensor")}, {Quantity.Bytes(bytes)}",
            others.Count == 0 ? null : $"its {(others.Count == 1 ? "entry" : $"{Quantity.Number(others.Count)} entries")} {Listing.Of(others)}",
        ];
        return string.Join("; ", lost.OfType<string>()) is { Length: > 0 } text ? text : null;
    }

    /// <summary>The texts of a file that another kind has no place for, or null if it has no such text.</summary>
    internal static string? Texts(Checkpoint checkpoint, WriteOptions options)
    {
        var texts = options.Format == CheckpointFormat.Safetensors ? [] : checkpoint.Metadata.Keys.Where(key => key != FormatKey).ToList();
        return texts.Count == 0 ? null : $"{Quantity.Of(texts.Count, "text")} of its metadata, which a PyTorch file has no place for: {Listing.Of(texts.Select(text => $"'{text}'"))}";
    }

    /// <summary>The entries that are no tensors.</summary>
    internal static string? Entries(IReadOnlyList<KeyValuePair<PyValue, PyValue>> entries) => entries.Count == 0
        ? null
        : $"{(entries.Count == 1 ? "1 entry that is no tensor" : $"{Quantity.Number(entries.Count)} entries that are no tensors")}: {Listing.Of(entries.Select(entry => $"{entry.Key} ({entry.Value.Noun})"))}";

    private static IEnumerable<TensorStorage> StoragesOf(PyValue value) => value switch
    {
        PyTensor tensor => [tensor.View.Storage],
        PyCompositeTensor composite => composite.Parts.Select(part => part.Value.View.Storage),
        _ => [],
    };

    private static PyEntry TopOf(PyEntry entry)
    {
        while (entry.Depth > 1)
        {
            entry = entry.Parent!;
        }

        return entry;
    }
}
