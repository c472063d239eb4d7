using Torchkeep.Cli.Output;

namespace Torchkeep.Cli.Conversion;

/// <summary>Does what <c>torchkeep convert</c> is asked for. Nothing is written before all that can be known is checked.</summary>
internal static class Converter
{
    // What Transformers asks of a file of safetensors.
    private const string FormatKey = "format";
    private const string Format = "pt";

    internal static void Run(ConvertRequest request, Terminal terminal)
    {
        using var opened = CheckpointFile.OpenOnly(request.Input, request.Index);
        var checkpoint = opened.Checkpoint;
        var root = Choose(checkpoint, request);
        var note = OutsideNote.Of(checkpoint, request.Part);
        if (note is not null && root is PyDict { Count: 0 })
        {
            throw new CommandException($"there is nothing to write: {note}. Save the model's state_dict in Python before it is frozen or optimized");
        }

        var options = request.Options;
        if (options.Format == CheckpointFormat.Safetensors)
        {
            root = WithWholeTensors(root);
            CheckFlat(checkpoint, root, request);
            options = options with { Metadata = MetadataOf(checkpoint) };
        }

        var usage = options.Format == CheckpointFormat.Safetensors ? null : StorageUsage.Of(root);
        SizeNote.Write(terminal, opened.Input, checkpoint, SizeOf(root, usage, options), "of tensors will be written");
        using var progress = new ProgressLine(terminal);
        using var signals = new StopSignals();
        try
        {
            Checkpoint.Save(root, request.Output, options, progress, signals.Token);
        }
        catch (OperationCanceledException)
        {
            throw new CommandException($"stopped: '{request.Output}' is as it was") { ExitCode = signals.ExitCode };
        }

        progress.Finish($"{SafeText.Escape(request.Output)}: {Quantity.Bytes(progress.TotalBytes)} of tensors{Waste(usage, options)}");
        if (note is not null)
        {
            terminal.Error.WriteLine($"torchkeep: {SafeText.Escape(note)}; they were not written");
        }

        if (IsOfArrays(checkpoint.Root))
        {
            terminal.Error.WriteLine("torchkeep: its NumPy arrays were written as tensors");
        }
    }

    private static PyValue Choose(Checkpoint checkpoint, ConvertRequest request)
    {
        var root = Root(checkpoint, request);
        if (request.Select.Count == 0 && request.Rename.Count == 0)
        {
            return root;
        }

        if (!root.TryAsDict(out var dict))
        {
            throw new CommandException($"--select and --rename are about the entries of a dictionary, and the object is a {root.TypeName}{Candidates(checkpoint)}");
        }

        var chosen = new PyDict(dict.IsOrdered) { Attributes = dict.Attributes };
        var sources = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in dict)
        {
            if (key is not PyString { Value: var name })
            {
                throw new CommandException($"--select and --rename are about names, and the dictionary has the key {key}");
            }

            if (request.Select.Count > 0 && !request.Select.Any(pattern => pattern.Matches(name)))
            {
                continue;
            }

            var renamed = request.Rename.Aggregate(name, (current, rule) => rule.Apply(current));
            if (!sources.TryAdd(renamed, name))
            {
                throw new CommandException($"'{sources[renamed]}' and '{name}' would both be called '{renamed}'");
            }

            chosen.Add(renamed, value);
        }

        return chosen.Count > 0 || dict.Count == 0 ? chosen : throw new CommandException($"--select chooses none of the {dict.Count} entries");
    }

    // Scripts and programs mean nothing outside of their archives, and safetensors holds no module.
    private static PyValue Root(Checkpoint checkpoint, ConvertRequest request)
    {
        var isArchive = checkpoint.Format is CheckpointFormat.TorchScript or CheckpointFormat.TorchExport;
        var holdsNoObject = request.Options.Format == CheckpointFormat.Safetensors && checkpoint.Root is PyObject;
        if (request.Part is null && !isArchive && !holdsNoObject && !IsOfArrays(checkpoint.Root))
        {
            return checkpoint.Root;
        }

        try
        {
            return checkpoint.FindStateDict(request.Part);
        }
        catch (KeyNotFoundException error)
        {
            throw new CommandException($"{error.Message}{Candidates(checkpoint)}");
        }
    }

    // A state_dict of NumPy arrays, which is to be one of tensors.
    private static bool IsOfArrays(PyValue root) =>
        root.TryAsDict(out var dict) && dict.All(entry => entry.Key is PyString && entry.Value.TryAsTensor(out _)) && dict.Any(entry => entry.Value.TryAsArray(out _));

    // A DTensor of which all is here is a tensor to every other program, and so is an array of numbers.
    private static PyValue WithWholeTensors(PyValue root)
    {
        if (root is not PyDict dict || !dict.Any(entry => entry.Value is not PyTensor && entry.Value.TryAsTensor(out _)))
        {
            return root;
        }

        var plain = new PyDict(dict.IsOrdered) { Attributes = dict.Attributes };
        foreach (var (key, value) in dict)
        {
            plain.Add(key, value.TryAsTensor(out var tensor) ? tensor : value);
        }

        return plain;
    }

    private static void CheckFlat(Checkpoint checkpoint, PyValue root, ConvertRequest request)
    {
        if (root is not PyDict dict || dict.Any(entry => entry.Value is not PyTensor))
        {
            var what = root is PyDict entries
                ? $"{entries.First(entry => entry.Value is not PyTensor).Key} is a {Describe(entries.First(entry => entry.Value is not PyTensor).Value)}"
                : $"the object is a {root.TypeName}";
            throw new CommandException($"safetensors holds a flat dictionary of tensors, and {what}: choose with --state-dict or --select{(request.Part is null ? Candidates(checkpoint) : "")}");
        }
    }

    private static string Describe(PyValue value) =>
        value is PyWrapperTensor ? value.ToString()! : value.TryAsArray(out var array) ? $"numpy.ndarray of {array.Type}" : value.TypeName;

    // The dictionaries that --state-dict could mean.
    private static string Candidates(Checkpoint checkpoint)
    {
        const int Shown = 5;
        const int Searched = 100_000;
        var names = checkpoint.Walk().Take(Searched)
            .Where(entry => entry.Depth > 0 && entry.Value.TryAsDict(out var dict) && dict.Count > 0 && dict.All(item => item.Key is PyString && item.Value.TryAsTensor(out _)))
            .Select(entry => entry.Name).Take(Shown).ToList();
        return names.Count == 0 ? "" : $" (--state-dict can be {string.Join(", ", names.Select(name => $"'{name}'"))})";
    }

    private static Dictionary<string, string> MetadataOf(Checkpoint checkpoint)
    {
        var metadata = new Dictionary<string, string>(checkpoint.Metadata, StringComparer.Ordinal);
        metadata.TryAdd(FormatKey, Format);
        return metadata;
    }

    // A file of safetensors has each tensor for itself, the others have the storages.
    private static Int128 SizeOf(PyValue root, StorageUsage? usage, WriteOptions options) => usage is null
        ? ((PyDict)root).Aggregate((Int128)0, (sum, entry) => sum + ((PyTensor)entry.Value).View.ByteLength)
        : options.Compact ? usage.UsedBytes : usage.TotalBytes;

    private static string Waste(StorageUsage? usage, WriteOptions options) =>
        !options.Compact && usage is not null && WasteNote.Of(usage) is { } note ? $"; {note}" : "";
}
