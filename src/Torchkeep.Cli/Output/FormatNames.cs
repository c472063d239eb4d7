namespace Torchkeep.Cli.Output;

/// <summary>What the container kinds are called: a word for programs, a phrase for people.</summary>
internal static class FormatNames
{
    internal static readonly IReadOnlyDictionary<CheckpointFormat, (string Word, string Phrase)> Of = new Dictionary<CheckpointFormat, (string, string)>
    {
        [CheckpointFormat.TorchZip] = ("zip", "PyTorch zip archive"),
        [CheckpointFormat.TorchLegacy] = ("legacy stream", "PyTorch stream of before 1.6"),
        [CheckpointFormat.Pickle] = ("pickle", "pickle"),
        [CheckpointFormat.TorchTar] = ("tar", "PyTorch tar file of before 0.1.10"),
        [CheckpointFormat.TorchScript] = ("torchscript", "TorchScript archive"),
        [CheckpointFormat.TorchExport] = ("torch.export", "torch.export archive"),
        [CheckpointFormat.Safetensors] = ("safetensors", "safetensors file"),
        [CheckpointFormat.TorchSharp] = ("torchsharp", "TorchSharp's own file"),
        [CheckpointFormat.TorchPackage] = ("torch.package", "torch.package archive"),
        [CheckpointFormat.Sharded] = ("sharded", "index of a sharded checkpoint"),
    };
}
