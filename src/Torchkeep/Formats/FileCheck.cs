using Torchkeep.IO;
using Torchkeep.Values;

namespace Torchkeep.Formats;

/// <summary>Checks a file: the checkpoints in it one after another, of which most files have one.</summary>
internal static class FileCheck
{
    // Names are for people.
    private const int MaxNames = 100;
    private const int MaxNameLength = 1000;

    /// <exception cref="InvalidCheckpointException">The file does not begin with a checkpoint.</exception>
    /// <exception cref="UnsupportedCheckpointException">It is of a kind that is not read, or passes a limit.</exception>
    internal static ContainerCheck Of(ByteSource source, ReadLimits limits, CancellationToken cancellationToken)
    {
        var all = new ContainerCheck(source, new ReadOptions { Limits = limits, VerifyChecksums = false }.WithBudget(source.Length), cancellationToken);
        Run(all);
        return all;
    }

    /// <summary>As <see cref="Of"/>, of a file that an index names: it may be anything but an index.</summary>
    internal static ContainerCheck OfShard(ByteSource source, ContainerCheck index)
    {
        var all = new ContainerCheck(source, index.Options, index.CancellationToken) { IsShard = true };
        Run(all);
        return all;
    }

    private static void Run(ContainerCheck all)
    {
        var source = all.Source;
        long at = 0;
        do
        {
            all.CancellationToken.ThrowIfCancellationRequested();
            try
            {
                at += CheckOne(all, at);
            }
            catch (InvalidCheckpointException error) when (error.IsForeign && at > 0)
            {
                all.Add($"{source.Length - at} bytes follow where it should end", record: null, at);
                break;
            }
        }
        while (at < source.Length);
    }

    /// <summary>Checks what begins at a byte; gives its length.</summary>
    private static long CheckOne(ContainerCheck all, long at)
    {
        var rest = Cut(all.Source, at, all.Source.Length - at);
        var head = new byte[Math.Min(rest.Length, FormatTable.HeadSize)];
        rest.Read(0, head);
        var format = all.IsShard ? FormatTable.DetectShard(head, rest) : FormatTable.Detect(head, rest);
        var part = Cut(rest, 0, format.FindLengthAsync(rest, all.Limits, async: false, all.CancellationToken).Complete());
        var contents = TryOpen(format, part, all, out var error);
        try
        {
            // What cannot be opened may take all the rest.
            var check = new ContainerCheck(Cut(part, 0, contents?.Length ?? part.Length), all.Options, all.CancellationToken) { Format = contents?.Format ?? format.Format };
            Check(format, check, error);
            foreach (var leftover in contents?.Leftovers ?? [])
            {
                check.Add($"{leftover.Length} bytes follow where it should end", leftover.Record, leftover.Offset);
            }

            if (contents is not null)
            {
                Count(contents, check);
            }

            all.AddPart(check, at);
            return check.Source.Length;
        }
        finally
        {
            foreach (var shard in contents?.Shards ?? [])
            {
                shard.Dispose();
            }
        }
    }

    private static ByteSource Cut(ByteSource source, long start, long length) =>
        length == source.Length ? source : new SliceByteSource(source, start, length);

    private static CheckpointContents? TryOpen(IFormat format, ByteSource part, ContainerCheck all, out CheckpointException? error)
    {
        try
        {
            error = null;
            return format.OpenAsync(part, all.Options, async: false, all.CancellationToken).Complete();
        }
        catch (CheckpointException caught)
        {
            error = caught;
            return null;
        }
    }

    // A broken record may be why the file seems to be something else, or to pass a limit.
    private static void Check(IFormat format, ContainerCheck check, CheckpointException? error)
    {
        try
        {
            format.Check(check);
        }
        catch (InvalidCheckpointException caught)
        {
            error ??= caught;
        }

        if ((error is UnsupportedCheckpointException || (error is InvalidCheckpointException { IsForeign: true } && error.File == check.Source.Name)) && check.Faults.Count == 0)
        {
            throw error;
        }

        if (error is not null)
        {
            check.Add(error);
        }
    }

    private static void Count(CheckpointContents contents, ContainerCheck check)
    {
        var names = new Dictionary<(string? File, string Record), List<string>>();
        var tensors = new HashSet<PyTensor>(ReferenceEqualityComparer.Instance);
        var storages = new HashSet<TensorStorage>(ReferenceEqualityComparer.Instance);
        foreach (var entry in PyWalker.Walk([PyEntry.Root(contents.Root), .. contents.Beside], check.Budget.MaxEntries))
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

        (check.TensorCount, check.StorageCount) = (tensors.Count, storages.Count);
    }
}
