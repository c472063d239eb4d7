namespace Torchkeep;

/// <summary>The container kinds that Torchkeep opens, told apart by their bytes and never by a file's name.</summary>
public enum CheckpointFormat
{
    /// <summary>The zip archive that <c>torch.save</c> writes since PyTorch 1.6 (docs/formats/torch-zip.md).</summary>
    TorchZip,

    /// <summary>The stream that <c>torch.save</c> wrote before PyTorch 1.6, and still can (docs/formats/torch-legacy.md).</summary>
    TorchLegacy,

    /// <summary>The tar file that <c>torch.save</c> wrote before PyTorch 0.1.10 (docs/formats/torch-tar.md).</summary>
    TorchTar,

    /// <summary>The zip archive that <c>torch.jit.save</c> writes, of all ages (docs/formats/torchscript.md).</summary>
    TorchScript,

    /// <summary>The zip archive that <c>torch.export.save</c> writes, a .pt2 file (docs/formats/torch-export.md).</summary>
    TorchExport,

    /// <summary>The file of named tensors of Hugging Face's safetensors (docs/formats/safetensors.md).</summary>
    Safetensors,

    /// <summary>
    /// Hugging Face's index of a checkpoint that lies in several files, each of one of the kinds above
    /// (docs/formats/sharded.md).
    /// </summary>
    Sharded,

    /// <summary>A pickle without a container around it, as <c>pickle.dump</c> writes (docs/formats/pickle.md).</summary>
    Pickle,

    /// <summary>The file of named tensors of TorchSharp's own <c>module.save</c> (docs/formats/torchsharp.md).</summary>
    TorchSharp,

    /// <summary>The zip archive that <c>torch.package</c> writes (docs/formats/torch-package.md).</summary>
    TorchPackage,
}
