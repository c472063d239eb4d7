using Torchkeep.IO;

namespace Torchkeep.Formats.Sharded;

/// <summary>Hugging Face's index of a checkpoint in several files: JSON with a <c>weight_map</c>.</summary>
internal sealed class ShardedFormat : IFormat
{
    public CheckpointFormat Format => CheckpointFormat.Sharded;

    /// <summary>Any JSON object; whether it is an index is seen when it is read.</summary>
    public bool Matches(ReadOnlySpan<byte> head) => head.TrimStart(" \n\r\t"u8) is [(byte)'{', ..];

    public ValueTask<CheckpointContents> OpenAsync(ByteSource source, ReadOptions options, bool async, CancellationToken cancellationToken) =>
        ShardedReader.OpenAsync(source, options, async, cancellationToken);

    public void Check(ContainerCheck check)
    {
        check.ReadAll();
        foreach (var file in ShardedReader.FindShards(check.Source, check.Limits, check.CancellationToken).Where(file => File.Exists(file.Path)))
        {
            try
            {
                using var shard = new FileByteSource(file.Path);
                check.Budget.AddFile(shard.Length);
                check.AddShard(FileCheck.OfShard(shard, check));
            }
            catch (InvalidCheckpointException error)
            {
                check.Add(error);
            }
        }
    }
}
