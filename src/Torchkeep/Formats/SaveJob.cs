using Torchkeep.Tensors;
using Torchkeep.Torch;

namespace Torchkeep.Formats;

/// <summary>What is saved, and how.</summary>
/// <param name="Root">The object.</param>
/// <param name="Plan">Over which storages its tensors are written.</param>
/// <param name="Options">Checked against themselves.</param>
/// <param name="Progress">Who is told.</param>
/// <param name="Async">The dialect.</param>
/// <param name="CancellationToken">Stops the save.</param>
internal sealed record SaveJob(
    PyValue Root, StoragePlan Plan, WriteOptions Options, IProgress<SaveProgress>? Progress, bool Async, CancellationToken CancellationToken)
{
    /// <summary>The kind of file: the one asked for, or that of the name.</summary>
    internal CheckpointFormat Format => Options.Format!.Value;

    /// <exception cref="ArgumentException">The options make no sense, whatever is saved.</exception>
    internal static SaveJob Of(PyValue root, string? path, WriteOptions options, IProgress<SaveProgress>? progress, bool async, CancellationToken cancellationToken)
    {
        options = options with { Format = options.Format ?? FormatTable.OfName(path) };
        Check(options);
        var plan = options.Compact || options.FloatingPointType is not null ? StoragePlan.Of(root, options.Compact, options.FloatingPointType) : StoragePlan.Unchanged;
        return new(root, plan, options, progress, async, cancellationToken);
    }

    private static void Check(WriteOptions options)
    {
        if (options.Metadata.Count > 0 && options.Format != CheckpointFormat.Safetensors)
        {
            throw new ArgumentException($"{nameof(WriteOptions.Metadata)} is for {nameof(CheckpointFormat.Safetensors)}: a file of {options.Format} has no place for it");
        }

        if (options.DropShared && options.Format != CheckpointFormat.Safetensors)
        {
            throw new ArgumentException($"{nameof(WriteOptions.DropShared)} is for {nameof(CheckpointFormat.Safetensors)}: a file of {options.Format} keeps what tensors share");
        }

        if (options.CopyShared && options.Format != CheckpointFormat.Safetensors)
        {
            throw new ArgumentException($"{nameof(WriteOptions.CopyShared)} is for {nameof(CheckpointFormat.Safetensors)}: a file of {options.Format} keeps what tensors share");
        }

        if (options.FloatingPointType is { } type && !ElementConversion.IsTarget(type))
        {
            throw new ArgumentException($"{nameof(WriteOptions.FloatingPointType)} must be float16, bfloat16, float32 or float64, and is {ElementTypeInfo.Of(type).Name}");
        }

        if (options.MaxShardSize <= 0)
        {
            throw new ArgumentException($"{nameof(WriteOptions.MaxShardSize)} must be some bytes, and is {options.MaxShardSize}");
        }
    }
}
