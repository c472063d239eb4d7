using Torchkeep.Cli.Output;

namespace Torchkeep.Cli.Conversion;

/// <summary>Does what <c>torchkeep convert</c> is asked for. Nothing is written before all that can be known is checked.</summary>
internal static class Converter
{
    // What Transformers asks of a file of safetensors.
    private const string Framework = "pt";

    internal static void Run(ConvertRequest request, Terminal terminal)
    {
        using var opened = CheckpointFile.OpenOnly(request.Input, request.Index, request.Reading);
        var checkpoint = opened.Checkpoint;
        CheckOutput(request, checkpoint);
        var options = request.Options;
        var advice = new Advice(checkpoint, request);
        var part = Part(checkpoint, request, advice);
        var (root, dropped) = Choose(checkpoint, request.FoldWeights ? Folded(part, advice) : part, request);
        var outside = OutsideNote.Of(checkpoint, request.Part);
        CheckEmpty(checkpoint, root, request, outside);
        if (request.IsFlat && advice.OnFlat(root) is { } refusal)
        {
            throw refusal;
        }

        if (options.Format == CheckpointFormat.Safetensors)
        {
            options = options with { Metadata = MetadataOf(checkpoint, root) };
        }

        var usage = options.Format == CheckpointFormat.Safetensors ? null : StorageUsage.Of(root);
        SizeNote.Write(terminal, opened.Input, checkpoint, SizeOf(root, usage, options), "of tensors will be written");
        using var progress = new ProgressLine(terminal);
        var hadIndex = File.Exists(IndexOf(request.Output));
        Save(root, request, options, progress);
        progress.Finish($"{SafeText.Escape(request.Output)}: {Quantity.Bytes(progress.TotalBytes)} of tensors{Waste(usage, options)}");
        string?[] notes =
        [
            outside is null ? LeftOut.Of(checkpoint, part) is { } left ? $"not written: {left}" : null : $"{outside}; they were not written",
            LeftOut.Entries(dropped) is { } entries ? $"not written: {entries}" : null,
            LeftOut.Texts(checkpoint, options) is { } texts ? $"not written: {texts}" : null,
            hadIndex && !File.Exists(IndexOf(request.Output)) ? $"'{IndexOf(request.Output)}' and its files, which an earlier save left under this name, were removed" : null,
        ];
        foreach (var note in notes.OfType<string>())
        {
            terminal.Error.WriteLine($"torchkeep: {SafeText.Escape(note)}");
        }
    }

    private static void Save(PyValue root, ConvertRequest request, WriteOptions options, ProgressLine progress)
    {
        using var signals = new StopSignals();
        try
        {
            Checkpoint.Save(root, request.Output, options, progress, signals.Token);
        }
        catch (OperationCanceledException)
        {
            throw new CommandException($"stopped: '{request.Output}' is as it was") { ExitCode = signals.ExitCode };
        }
        catch (UnsupportedCheckpointException error) when (options.Format == CheckpointFormat.Safetensors && error.TensorName is { } name)
        {
            // Where an option changes the outcome the message names it already.
            var message = CommandWords.Of(error.Message);
            throw new CommandException(message.Contains("--", StringComparison.Ordinal) ? message : message + Advice.OnTensor(name));
        }
    }

    private static string IndexOf(string path) => $"{path}.index.json";

    // A save removes what lies under its name in several files, and here that is what is read.
    private static void CheckOutput(ConvertRequest request, Checkpoint checkpoint)
    {
        if (request.Options.MaxShardSize is null && checkpoint.Format == CheckpointFormat.Sharded && Path.GetFullPath(request.Input) == Path.GetFullPath(IndexOf(request.Output)))
        {
            throw new CommandException($"'{request.Output}' would take the place of '{request.Input}' and its {checkpoint.ShardFiles.Count} files: give OUT another name or folder");
        }
    }

    // Scripts and programs mean nothing outside of their archives, and a flat file holds no module.
    private static PyValue Part(Checkpoint checkpoint, ConvertRequest request, Advice advice)
    {
        var isArchive = checkpoint.Format is CheckpointFormat.TorchScript or CheckpointFormat.TorchExport;
        if (request.Part is null && !isArchive && !(request.IsFlat && checkpoint.Root is PyObject))
        {
            return checkpoint.Root;
        }

        try
        {
            return checkpoint.FindStateDict(request.Part);
        }
        catch (KeyNotFoundException) when (request.Part is null && !isArchive)
        {
            throw advice.OnFlat(checkpoint.Root)!;
        }
        catch (KeyNotFoundException error)
        {
            throw advice.OnPart(error);
        }
    }

    private static PyDict Folded(PyValue part, Advice advice)
    {
        if (part is PyDict dict && FoldedWeights.Find(dict) is { Count: > 0 } groups)
        {
            return FoldedWeights.Fold(dict, groups);
        }

        // A checkpoint has them in its state_dict.
        var isState = part is PyDict state && state.All(entry => entry.Value is PyTensor);
        var way = isState || advice.Parts() is not { Length: > 0 } parts ? "leave out --fold-weights" : parts;
        throw new CommandException($"there is no weight_norm, spectral_norm or pruning among its names: {way}");
    }

    private static (PyValue Root, List<KeyValuePair<PyValue, PyValue>> Dropped) Choose(Checkpoint checkpoint, PyValue root, ConvertRequest request)
    {
        var dropped = new List<KeyValuePair<PyValue, PyValue>>();
        root = request.IsFlat ? WithWholeTensors(root) : root;
        if (request.Names.IsAll)
        {
            return (root, dropped);
        }

        return root is PyDict dict
            ? (request.Names.Of(dict, dropped), dropped)
            : throw new CommandException($"--select, --exclude, --rename and --tensors-only are about the entries of a dictionary, and the object is {root.Noun}{(new Advice(checkpoint, request).Parts() is { Length: > 0 } parts ? $": {parts}" : "")}");
    }

    // A DTensor of which all is here is a tensor to every other program.
    private static PyValue WithWholeTensors(PyValue root)
    {
        if (root is not PyDict dict || !dict.Any(entry => entry.Value is PyWrapperTensor { Whole: not null }))
        {
            return root;
        }

        var plain = new PyDict(dict.IsOrdered) { Attributes = dict.Attributes };
        foreach (var (key, value) in dict)
        {
            plain.Add(key, (value as PyWrapperTensor)?.Whole ?? value);
        }

        return plain;
    }

    private static void CheckEmpty(Checkpoint checkpoint, PyValue root, ConvertRequest request, string? outside)
    {
        if (request.AllowEmpty || root is not PyDict { Count: 0 } || (!request.IsFlat && root == checkpoint.Root))
        {
            return;
        }

        throw new CommandException(outside is not null
            ? $"there is nothing to write: {outside}. Save the model's state_dict in Python before it is frozen or optimized"
            : request.Names.TensorsOnly && new Advice(checkpoint, request).Parts() is { Length: > 0 } parts
                ? $"none of the entries is a tensor: {parts}"
                : "there is no tensor in it: --allow-empty writes a file without one");
    }

    // A text that would become another name of a tensor there, by what the tensors are called now, says something else here.
    private static Dictionary<string, string> MetadataOf(Checkpoint checkpoint, PyValue root)
    {
        var metadata = checkpoint.Metadata.Where(text => text.Key == LeftOut.FormatKey || !root.TryGet(text.Value, out _) || ((PyDict)checkpoint.Root).TryGet(new PyString(text.Value), out _))
            .ToDictionary(StringComparer.Ordinal);
        metadata.TryAdd(LeftOut.FormatKey, Framework);
        return metadata;
    }

    // A file of safetensors has each tensor for itself, the others have the storages.
    private static Int128 SizeOf(PyValue root, StorageUsage? usage, WriteOptions options) => usage is null
        ? ((PyDict)root).Aggregate((Int128)0, (sum, entry) => sum + ((PyTensor)entry.Value).View.ByteLength)
        : options.Compact ? usage.UsedBytes : usage.TotalBytes;

    private static string Waste(StorageUsage? usage, WriteOptions options) =>
        !options.Compact && usage is not null && WasteNote.Of(usage) is { } note ? $"; {note}" : "";
}
