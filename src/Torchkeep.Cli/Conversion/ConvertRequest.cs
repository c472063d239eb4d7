namespace Torchkeep.Cli.Conversion;

/// <summary>What <c>torchkeep convert</c> is asked for.</summary>
/// <param name="Input">The file that is read.</param>
/// <param name="Output">The file that is written.</param>
/// <param name="Options">How it is written.</param>
/// <param name="Reading">How it is read.</param>
/// <param name="Part">The way to the dictionary that is written, or null for the whole object.</param>
/// <param name="FoldWeights">Whether the tensors of weight_norm, spectral_norm and pruning become the weights that they make up.</param>
/// <param name="Names">Which of its entries, and what they are called.</param>
/// <param name="AllowEmpty">Whether a file without a tensor is meant.</param>
/// <param name="Index">Which of several checkpoints in the file, from 1 on, or null for the only one.</param>
internal sealed record ConvertRequest(
    string Input, string Output, WriteOptions Options, ReadOptions Reading, string? Part, bool FoldWeights, EntryChoice Names, bool AllowEmpty, int? Index)
{
    /// <summary>Whether the output holds a flat dictionary of tensors and nothing else.</summary>
    internal bool IsFlat => Options.Format == CheckpointFormat.Safetensors || Options.MaxShardSize is not null;

    /// <summary>What such an output is called in a sentence.</summary>
    internal string FlatKind => Options.Format == CheckpointFormat.Safetensors ? "safetensors holds named tensors alone" : "only a dictionary of tensors can be written in several files";
}
