using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace Torchkeep.Formats.Sharded;

/// <summary>What can be wrong with a checkpoint in several files.</summary>
internal static class ShardedThrow
{
    internal static UnsupportedCheckpointException IndexTooLarge(ByteSource source, long limit) =>
        new($"the index has {source.Length} bytes, over the limit of {limit} ({nameof(ReadLimits)}.{nameof(ReadLimits.MaxJsonBytes)})") { File = source.Name };

    [DoesNotReturn, StackTraceHidden]
    internal static void TooManyTensors(ByteSource source, long limit) =>
        throw new UnsupportedCheckpointException($"the index has more tensors than the limit of {limit} ({nameof(ReadLimits)}.{nameof(ReadLimits.MaxRecords)})")
        {
            File = source.Name,
        };

    [DoesNotReturn, StackTraceHidden]
    internal static void NoFolder(ByteSource source) =>
        throw new UnsupportedCheckpointException("this is the index of a checkpoint in several files, which are looked for beside it: open it by its path") { File = source.Name };

    [DoesNotReturn, StackTraceHidden]
    internal static void MissingShards(ByteSource source, List<string> missing, int count)
    {
        const int Shown = 3;
        var names = string.Join(", ", missing.Take(Shown).Select(file => $"'{file}'"));
        throw new InvalidCheckpointException(
            $"of the {count} files that the index names, {missing.Count} are not there: {names}{(missing.Count > Shown ? " and more" : "")}")
        {
            File = source.Name,
        };
    }

    [DoesNotReturn, StackTraceHidden]
    internal static void NoDictionary(ByteSource shard, PyValue root) =>
        throw new InvalidCheckpointException($"a file that an index names must be a dictionary of tensors, and is {root.Noun}") { File = shard.Name };

    [DoesNotReturn, StackTraceHidden]
    internal static void MissingTensor(ByteSource source, string name, string file) =>
        throw new InvalidCheckpointException($"the index says that the tensor is in '{file}', which does not have it") { File = source.Name, TensorName = name };

    [DoesNotReturn, StackTraceHidden]
    internal static void UnlistedTensor(ByteSource source, PyValue key, string file, string? home) =>
        throw new InvalidCheckpointException(
            home is null
                ? $"'{file}' has {key.Brief}, which the index does not name ({nameof(ReadOptions)}.{nameof(ReadOptions.StrictIndex)} = false leaves it out)"
                : $"'{file}' has {key.Brief}, which is in '{home}' by the index ({nameof(ReadOptions)}.{nameof(ReadOptions.StrictIndex)} = false takes that one)")
        {
            File = source.Name,
            TensorName = (key as PyString)?.Value,
        };

    [DoesNotReturn, StackTraceHidden]
    internal static void NotSplit(string what) =>
        throw new UnsupportedCheckpointException($"only a dictionary of tensors can be written in several files, and {what}");
}
