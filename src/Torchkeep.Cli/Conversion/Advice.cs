namespace Torchkeep.Cli.Conversion;

/// <summary>Says why an object cannot be written as it is, and what to type instead.</summary>
internal sealed class Advice(Checkpoint checkpoint, ConvertRequest request)
{
    private const int MaxParts = 20;
    private const int MaxSearched = 200;

    private const string ToZip = "--to zip";

    /// <summary>Why an object is no flat dictionary of tensors, or null where it is one.</summary>
    internal CommandException? OnFlat(PyValue root)
    {
        if (root is not PyDict dict)
        {
            return Refuse($"the object is {root.Noun}", root is PyTensor ? "" : Parts(), keeps: "it");
        }

        var odd = dict.Where(entry => entry.Value is not PyTensor || entry.Key is not PyString).ToList();
        if (odd.Count == 0)
        {
            return null;
        }

        var (key, value) = odd[0];
        var what = value is PyTensor ? $"the dictionary has the key {key}, {key.Noun}" : $"{key} is {value.Noun}";
        var tensors = dict.Count(entry => entry.Value is PyTensor && entry.Key is PyString);
        if (tensors == 0 && checkpoint.Tensors.Count == 0 && !odd.Exists(entry => entry.Value is PyCompositeTensor))
        {
            return new($"there is no tensor in it, and {request.FlatKind}: {(request.Options.Format == CheckpointFormat.Safetensors ? ToZip : "convert without --max-shard-size")} writes it as a PyTorch file");
        }

        // A state_dict with a little else in it, or a checkpoint with a state_dict in it.
        var parts = Parts();
        var isMostly = tensors > 0 && (tensors >= odd.Count || parts.Length == 0);
        string[] ways =
        [
            isMostly && key is PyString ? $"{(odd.Count == 1 ? "leave it out" : $"leave out the {odd.Count} entries that are no tensors")} with --tensors-only" : "",
            parts,
            key is PyString name && isMostly ? $"choose entries with --exclude {ShellWord.Of(name.Value)} or --select" : "",
        ];
        return Refuse(what, string.Join(", or ", ways.Where(way => way.Length > 0)), keeps: "all of it");
    }

    /// <summary>What to type where several state_dicts, or none, are found at a place.</summary>
    internal CommandException OnPart(KeyNotFoundException error)
    {
        var parts = Parts();
        return new(request.Part is null && parts.Length > 0 ? $"{request.FlatKind}, and there are several state_dicts or models: {parts}" : $"{error.Message}{(parts.Length > 0 ? $": {parts}" : "")}");
    }

    /// <summary>What to type besides where one tensor cannot be written.</summary>
    internal static string OnTensor(string name) => $" (--exclude {ShellWord.Of(name)} leaves it out, and {ToZip} writes it to a PyTorch file)";

    private CommandException Refuse(string what, string ways, string keeps) =>
        new($"{request.FlatKind}, and {what}: {(ways.Length > 0 ? $"{ways}; " : "")}{(request.Options.Format == CheckpointFormat.Safetensors ? ToZip : "without --max-shard-size a PyTorch file")} keeps {keeps}");

    // Each was tried: what is told to type is found.
    internal string Parts()
    {
        // Several places can lead to one dictionary: then the shortest way.
        var words = checkpoint.FindStateDicts().Where(entry => entry.Depth > 0).Take(MaxSearched).Select(Find).Where(found => found.Word.Length > 0)
            .GroupBy(found => found.State, (_, same) => same.MinBy(found => found.Word.Length).Word, ReferenceEqualityComparer.Instance).Take(MaxParts + 1).ToList();
        return words switch
        {
            [] => "",
            [var only] => $"take the state_dict with --state-dict {only}",
            [var first, .. var others] => $"take a state_dict with --state-dict {first}, or with {Listing.Of(others.Take(MaxParts - 1))}{(words.Count > MaxParts ? " and more" : "")} in place of {first}",
        };
    }

    private (string Word, object State) Find(PyEntry entry)
    {
        foreach (var path in new[] { entry.Name, entry.Path })
        {
            try
            {
                var state = checkpoint.FindStateDict(path);
                if (state.Count > 0)
                {
                    var isFlat = state.All(item => item.Value is PyTensor);
                    return (ShellWord.Of(path) + (isFlat || request.Names.TensorsOnly ? "" : " --tensors-only"), state);
                }
            }
            catch (Exception error) when (error is KeyNotFoundException or CheckpointException)
            {
                // The other way to write it, or none.
            }
        }

        return ("", "");
    }
}
