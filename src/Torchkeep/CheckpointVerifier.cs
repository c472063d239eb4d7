using Torchkeep.Formats;
using Torchkeep.IO;
using Torchkeep.Values;

namespace Torchkeep;

/// <summary>
/// Says whether a file is whole: every byte is read, every checksum and header checked, and every size, stride and
/// reference of its tensors. Nothing in the file is executed.
/// </summary>
/// <remarks>
/// A checksum finds damage, not forgery: whoever made the file made the checksum. Where the container has none,
/// <see cref="VerificationReport.UncheckedBytes"/> says how much cannot be told.
/// </remarks>
public static class CheckpointVerifier
{
    // Names are for people.
    private const int MaxNames = 100;
    private const int MaxNameLength = 1000;

    /// <summary>Verifies a file. Memory: its directory, its pickle and a buffer of 1 MiB.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limits">What it may ask for; null for the defaults.</param>
    /// <param name="cancellationToken">Stops the pass.</param>
    /// <exception cref="CheckpointException">The file is no checkpoint, or of a kind that is not read, so that there is nothing to verify.</exception>
    /// <exception cref="IOException">The operating system failed.</exception>
    public static VerificationReport Verify(string path, ReadLimits? limits = null, CancellationToken cancellationToken = default)
    {
        using var source = new FileByteSource(path);
        return Verify(source, limits, cancellationToken);
    }

    /// <summary>As <see cref="Verify(string, ReadLimits?, CancellationToken)"/>, of any bytes.</summary>
    /// <param name="source">The bytes. They stay the caller's to dispose.</param>
    /// <param name="limits">What they may ask for; null for the defaults.</param>
    /// <param name="cancellationToken">Stops the pass.</param>
    /// <exception cref="CheckpointException">As for <see cref="Verify(string, ReadLimits?, CancellationToken)"/>.</exception>
    public static VerificationReport Verify(ByteSource source, ReadLimits? limits = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        limits ??= ReadLimits.Default;
        var head = new byte[Math.Min(source.Length, FormatTable.HeadSize)];
        source.Read(0, head);
        var format = FormatTable.Detect(head, source);

        var check = new ContainerCheck(source, limits, cancellationToken);
        CheckpointContents? contents = null;
        try
        {
            try
            {
                format.Check(check);
                contents = format.OpenAsync(source, new ReadOptions { Limits = limits, VerifyChecksums = false }, async: false, cancellationToken).Complete();
                foreach (var leftover in contents.Leftovers)
                {
                    check.Add($"{leftover.Length} bytes follow where it should end", leftover.Record, leftover.Offset);
                }

                foreach (var shard in contents.Shards)
                {
                    CheckShard(shard, check);
                }
            }
            catch (CheckpointException error) when (error is InvalidCheckpointException || check.Faults.Count > 0)
            {
                check.Add(error);
            }

            var (tensors, storages) = Count(contents, check);
            return new(contents?.Format ?? format.Format, source.Length + (contents?.Shards.Sum(shard => shard.Length) ?? 0), check.Faults)
            {
                UncheckedBytes = check.UncheckedBytes,
                TensorCount = tensors,
                StorageCount = storages,
            };
        }
        finally
        {
            foreach (var shard in contents?.Shards ?? [])
            {
                shard.Dispose();
            }
        }
    }

    private static void CheckShard(ByteSource shard, ContainerCheck all)
    {
        var head = new byte[Math.Min(shard.Length, FormatTable.HeadSize)];
        shard.Read(0, head);
        var check = new ContainerCheck(shard, all.Limits, all.CancellationToken);
        try
        {
            FormatTable.Detect(head, shard).Check(check);
        }
        catch (InvalidCheckpointException error)
        {
            check.Add(error);
        }

        all.AddShard(check);
    }

    private static (int Tensors, int Storages) Count(CheckpointContents? contents, ContainerCheck check)
    {
        if (contents is null)
        {
            return default;
        }

        var names = new Dictionary<(string? File, string Record), List<string>>();
        var tensors = new HashSet<PyTensor>(ReferenceEqualityComparer.Instance);
        var storages = new HashSet<TensorStorage>(ReferenceEqualityComparer.Instance);
        foreach (var entry in PyWalker.Walk([PyEntry.Root(contents.Root), .. contents.Beside], check.Limits.MaxEntries))
        {
            if (entry.Value is not PyTensor tensor || !tensors.Add(tensor))
            {
                continue;
            }

            var bytes = tensor.View.Storage.Bytes;
            storages.Add(tensor.View.Storage);
            if (bytes.Record is { } record && check.IsFaulty(bytes.Name, record) && entry.NameLength < MaxNameLength)
            {
                if (!names.TryGetValue((bytes.Name, record), out var list))
                {
                    names.Add((bytes.Name, record), list = []);
                }

                if (list.Count < MaxNames)
                {
                    list.Add(entry.Name);
                }
            }
        }

        foreach (var ((file, record), list) in names)
        {
            check.Hit(file, record, list);
        }

        return (tensors.Count, storages.Count);
    }
}
