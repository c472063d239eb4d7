using Torchkeep.Formats.TorchZip;

namespace Torchkeep.Formats.Places;

/// <summary>A folder that a path names: a checkpoint that somebody unzipped, or what else it looks like.</summary>
internal static class FolderPlace
{
    private const int MaxLooked = 1000;
    private const int Shown = 5;

    // What a folder of another program has, and what to do.
    private static readonly (string File, string What)[] _known =
    [
        (".metadata", "a directory of torch.distributed.checkpoint: convert it in Python with torch.distributed.checkpoint.format_utils.dcp_to_torch_save"),
        ("saved_model.pb", "a directory of a TensorFlow SavedModel: read it with TensorFlow"),
        ("checkpoint", "a directory of TensorFlow checkpoints: read it with TensorFlow"),
    ];

    private static readonly string[] _ends = [".index.json", ".safetensors", ".pt", ".pth", ".bin", ".ckpt"];

    /// <summary>The pickle of the checkpoint whose archive was unpacked here, or into the only folder here.</summary>
    /// <exception cref="InvalidCheckpointException">There is none; the message says what the folder holds.</exception>
    internal static string FindPickle(string folder)
    {
        var pickle = Path.Combine(folder, TorchZipConstants.PickleRecord);
        if (File.Exists(pickle))
        {
            return pickle;
        }

        List<string> names = [.. Directory.EnumerateFileSystemEntries(folder).Take(MaxLooked).Select(entry => Path.GetFileName(entry)!).Order(StringComparer.Ordinal)];
        List<string> below = [.. names.Select(name => Path.Combine(folder, name, TorchZipConstants.PickleRecord)).Where(File.Exists)];
        return below is [var only] ? only : throw new InvalidCheckpointException($"this is no PyTorch checkpoint: it is {What(names, below.Count)}") { File = folder, IsForeign = true };
    }

    private static string What(List<string> names, int checkpoints)
    {
        foreach (var (file, what) in _known)
        {
            if (names.Contains(file))
            {
                return what;
            }
        }

        if (checkpoints > 1)
        {
            return $"a directory with {checkpoints} unpacked checkpoints: give the path of one of them";
        }

        foreach (var end in _ends)
        {
            if (names.Find(name => name.EndsWith(end, StringComparison.OrdinalIgnoreCase)) is { } file)
            {
                return $"a directory, in which '{file}' may be one: give the path of that file";
            }
        }

        return names.Count == 0 ? "a directory that is empty" : $"a directory without '{TorchZipConstants.PickleRecord}', with {string.Join(", ", names.Take(Shown).Select(name => $"'{name}'"))}{(names.Count > Shown ? " and more" : "")}";
    }
}
