namespace Torchkeep.Formats.Safetensors;

/// <summary>
/// Texts that are names of tensors: an entry <c>A: B</c> where B is a tensor and A is none, which
/// <c>safetensors.torch.save_model</c> leaves of a tensor that has two names. All else stays a text.
/// </summary>
internal static class SafetensorsAliases
{
    /// <summary>Adds the names to a dictionary of tensors, each with a view of the same storage.</summary>
    /// <returns>Each name with the one that the tensor had.</returns>
    /// <exception cref="UnsupportedCheckpointException">There are more names than a file may have tensors.</exception>
    internal static Dictionary<string, string> AddTo(PyDict root, IEnumerable<KeyValuePair<string, string>> texts, ByteSource source, ReadOptions options)
    {
        var aliases = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, target) in texts)
        {
            if (name == SafetensorsConstants.FrameworkKey || root.TryGet(name, out _) || aliases.ContainsKey(target) || !root.TryGet(target, out var value) || value is not PyTensor { View: var view })
            {
                continue;
            }

            if (root.Count >= options.Limits.MaxRecords)
            {
                SafetensorsThrow.TooManyTensors(source, options.Limits.MaxRecords);
            }

            options.Budget?.AddOpcodes(1);
            root.Add(name, AliasOf(view, name, options));
            aliases.Add(name, target);
        }

        return aliases;
    }

    private static TensorView AliasOf(TensorView view, string name, ReadOptions options) =>
        new(view.Storage, view.ElementType, view.StorageOffset, view.Shape, view.Strides)
        {
            Name = name,
            IsAlias = true,
            MaxExpandedBytes = options.Limits.MaxExpandedBytes,
            Budget = options.Budget,
        };
}
