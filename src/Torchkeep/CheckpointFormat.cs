namespace Torchkeep;

/// <summary>The container kinds that Torchkeep opens, told apart by their bytes and never by a file's name.</summary>
public enum CheckpointFormat
{
    /// <summary>The zip archive that <c>torch.save</c> writes since PyTorch 1.6 (docs/formats/torch-zip.md).</summary>
    TorchZip,
}
