using System.Collections.Frozen;

namespace Torchkeep;

/// <summary>How a checkpoint is written. The defaults give what <c>torch.save</c> writes.</summary>
/// <remarks>A save throws <see cref="ArgumentException"/> where options contradict each other, before anything is written.</remarks>
public sealed record WriteOptions
{
    /// <summary>The options used when none are given.</summary>
    public static WriteOptions Default { get; } = new();

    /// <summary>
    /// The container kind: <see cref="CheckpointFormat.TorchZip"/>; <see cref="CheckpointFormat.TorchLegacy"/>
    /// for readers of before PyTorch 1.6; or <see cref="CheckpointFormat.Safetensors"/>, which holds a dictionary from
    /// names to tensors and nothing else. The others are not written. Default: null, which is safetensors for a path that
    /// ends with <c>.safetensors</c>, and a zip archive for any other and for a stream.
    /// </summary>
    public CheckpointFormat? Format { get; init; }

    /// <summary>
    /// Texts that are written beside the tensors: <c>__metadata__</c> of safetensors, which the Transformers library wants
    /// to have <c>format: pt</c>. Default: none. The other kinds have no place for them.
    /// </summary>
    public IReadOnlyDictionary<string, string> Metadata
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            field = value;
        }
    } = FrozenDictionary<string, string>.Empty;

    /// <summary>
    /// Whether tensors that are the same elements of the same memory are written to safetensors once, under the first of
    /// their names, and the metadata gets the others with that name, as <c>safetensors.torch.save_model</c> does it. Opening
    /// gives all of the names back (<see cref="Checkpoint.Aliases"/>). Default: false, which refuses tensors that share
    /// memory, since the file cannot say that they do; but names that came out of such a file go back into it in any case.
    /// </summary>
    public bool DropShared { get; init; }

    /// <summary>
    /// Whether each tensor of a file of safetensors gets bytes of its own, as Python's users do it with
    /// <c>.clone()</c>: what shared memory does so no more, and is written once for each name. With <see cref="DropShared"/>
    /// what is tied is still written once, and what overlaps otherwise is copied. Default: false.
    /// </summary>
    public bool CopyShared { get; init; }

    /// <summary>
    /// Whether bytes of storages that no saved tensor uses are left out. Default: false, as PyTorch, which writes the whole
    /// storage of a small view. What tensors share they share in the file; a tensor with gaps between its elements that
    /// overlaps no other becomes row-major, as <c>torch.Tensor.clone</c> makes it. Storages that a record of an unknown
    /// class names stay whole. <see cref="StorageUsage"/> says how much there is to gain.
    /// </summary>
    public bool Compact { get; init; }

    /// <summary>
    /// What tensors of floating-point elements become: float16, bfloat16, float32 or float64, rounding to nearest even as
    /// <c>torch.Tensor.to</c> does. Default: null, what they are. Complex, quantized and packed elements stay, and so do
    /// storages that a record of an unknown class names.
    /// </summary>
    public ElementType? FloatingPointType { get; init; }

    /// <summary>
    /// The most bytes of tensors in one file, or null, the default, for one file of any size. A dictionary of tensors that
    /// has more is written as Hugging Face does it (docs/formats/sharded.md): <c>model-00001-of-00003.safetensors</c> and so
    /// on beside the path that is given, and <c>model.safetensors.index.json</c>. A tensor that is larger gets a file of its
    /// own. A stream takes no shards.
    /// </summary>
    public long? MaxShardSize { get; init; }

    /// <summary>
    /// Whether a file is flushed to the disk before it takes the name of the old one. Default: true. Without it a save
    /// is faster, and a power cut soon after may leave an empty file.
    /// </summary>
    public bool FlushToDisk { get; init; } = true;

    /// <summary>
    /// The alignment of every record's first byte in a zip archive, in bytes: a power of two up to 32,768. Default: 64, as PyTorch's
    /// <c>torch.utils.serialization.config.save.storage_alignment</c>.
    /// </summary>
    public int StorageAlignment { get; init; } = 64;

    /// <summary>
    /// The folder inside a zip archive that holds all records, or null for PyTorch's own choice: the file's name without
    /// its extension, and <c>archive</c> for a stream or a name that is not ASCII. Must be 1 to 255
    /// ASCII characters without a slash.
    /// </summary>
    public string? ArchiveName { get; init; }
}
