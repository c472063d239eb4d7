using Torchkeep.Formats.TorchZip;

namespace Torchkeep.Formats.Places;

/// <summary>What a folder is that holds no weights which its path could mean, and what to do.</summary>
internal static class FolderProblem
{
    private const int MaxLooked = 100;
    private const int Shown = 5;

    private const string DistributedFile = ".metadata";

    private const string Convert = "convert them in Python with torch.distributed.checkpoint.format_utils.dcp_to_torch_save";

    // What a folder of another program has, and what to do.
    private static readonly (string File, string What)[] _known =
    [
        (DistributedFile, $"a directory of torch.distributed.checkpoint, whose weights lie in several parts: {Convert}"),
        ("zero_to_fp32.py", "a directory of DeepSpeed, whose weights lie in several parts: run the zero_to_fp32.py in it, which writes them in one"),
        ("tf_model.h5", "a directory with weights of TensorFlow: load it in Python with from_tf=True and save it again"),
        ("flax_model.msgpack", "a directory with weights of Flax: load it in Python with from_flax=True and save it again"),
        ("saved_model.pb", "a directory of a TensorFlow SavedModel: read it with TensorFlow"),
        ("checkpoint", "a directory of TensorFlow checkpoints: read it with TensorFlow"),
    ];

    private static readonly string[] _ends = [".index.json", ".safetensors", ".pt", ".pth", ".bin"];

    /// <param name="folder">The folder.</param>
    /// <param name="listed">What is in it.</param>
    /// <param name="below">Those of its folders that could be gone into.</param>
    internal static string Of(string folder, List<FolderPart> listed, List<FolderPart> below)
    {
        foreach (var (file, what) in _known)
        {
            if (File.Exists(Path.Combine(folder, file)))
            {
                return what;
            }
        }

        List<FolderPart> folders = [.. listed.Where(part => part.Role == FolderRole.Folder).Take(MaxLooked)];
        var distributed = folders.FindAll(part => File.Exists(Path.Combine(part.Path, DistributedFile)));
        if (distributed.Count > 0)
        {
            return $"a directory with {string.Join(", ", distributed.Take(Shown).Select(part => $"'{part.Name}'"))} of torch.distributed.checkpoint, where the weights lie in several parts: {Convert}";
        }

        var several = below.Count > 1 ? below
            : folders.FindAll(part => WeightsName.Plain.Append(TorchZipConstants.PickleRecord).Any(name => File.Exists(Path.Combine(part.Path, name))));
        return several.Count > 0
            ? $"a directory without weights of its own, whose folders have some: give one of {WeightsChoice.OneOf(several)}"
            : Content(folder, listed);
    }

    private static string Content(string folder, List<FolderPart> listed)
    {
        foreach (var end in _ends)
        {
            List<FolderPart> files = listed.FindAll(part => part.Role == FolderRole.Other && part.Name.EndsWith(end, StringComparison.OrdinalIgnoreCase));
            if (files.Count > 0)
            {
                return $"a directory without weights under a name that is known, in which there may be some: give one of {WeightsChoice.OneOf(files)}";
            }
        }

        return listed.Count == 0
            ? Directory.EnumerateFileSystemEntries(folder).Any() ? "a directory that has hidden files alone" : "a directory that is empty"
            : $"a directory without weights, with {string.Join(", ", listed.Take(Shown).Select(part => $"'{part.Name}'"))}{(listed.Count > Shown ? $" and {listed.Count - Shown} more" : "")}";
    }
}
