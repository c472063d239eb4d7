using Torchkeep.Formats.Safetensors;
using Torchkeep.Formats.Sharded;
using Torchkeep.Formats.TorchLegacy;
using Torchkeep.Formats.TorchTar;
using Torchkeep.Formats.TorchZip;
using Torchkeep.IO;

namespace Torchkeep.Formats.Scanning;

/// <summary>
/// Looks at a file and, one after another, at what lies in it: the kinds are told apart as <c>torch.load</c> does, by the
/// first bytes (torch/serialization.py, <c>_load</c> and <c>_legacy_load</c>).
/// </summary>
internal sealed class FileScan(ReadLimits limits, CancellationToken cancellationToken)
{
    // Archives in archives, pickles in pickles.
    private const int MaxDepth = 16;
    private const int MaxParts = 100_000;

    private readonly ScanResults _results = new();
    private readonly Queue<ScanPart> _parts = new();
    private readonly List<ByteSource> _owned = [];
    private int _partCount;

    internal ReadLimits Limits => limits;

    internal CancellationToken CancellationToken => cancellationToken;

    internal ScanReport Run(ByteSource source)
    {
        try
        {
            var kind = LookInto(new(source, Record: null, Depth: 0, IsNamedPickle: false))
                ?? throw ForeignFile.Describe(Head(source), source);
            while (_parts.TryDequeue(out var part))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (TryLookInto(part) is null && part.IfNothing is { } finding)
                {
                    _results.Add(finding);
                }
            }

            return _results.ToReport(kind);
        }
        finally
        {
            _owned.ForEach(owned => owned.Dispose());
        }
    }

    /// <summary>Keeps a file open until the scan ends.</summary>
    internal ByteSource Own(ByteSource source)
    {
        _owned.Add(source);
        return source;
    }

    internal void Add(ScanRule rule, string message, string? record, long? offset = null) => _results.Add(new(rule, message, record, offset));

    /// <summary>Takes an error for a finding: the container cannot be followed there.</summary>
    internal void Add(CheckpointException error, string? record) =>
        Add(error is InvalidCheckpointException ? ScanRule.BrokenContainer : ScanRule.OverLimit, error.Problem, record, error.Offset);

    /// <summary>Something inside of what is looked at, for later.</summary>
    internal void Later(ScanPart part)
    {
        if (part.Depth > MaxDepth || ++_partCount > MaxParts)
        {
            Add(ScanRule.OverLimit, part.Depth > MaxDepth ? $"it lies in more than {MaxDepth} others" : $"more than {MaxParts} things lie in one another", part.Record);
            return;
        }

        _parts.Enqueue(part);
    }

    /// <summary>Follows a pickle and notes what it would do; gives the byte after it, or null where it does not end.</summary>
    internal int? Follow(ReadOnlySpan<byte> bytes, ScanPart part, long position, Pickle.PickleTrace? known = null)
    {
        var trace = known ?? Pickle.PickleTrace.Of(bytes, limits);
        _results.Add(trace, part.Record, position);
        foreach (var found in trace.Constants())
        {
            if (found.ToBytes(bytes) is not { } constant)
            {
                continue;
            }

            var offset = found.Offset;
            var inside = part.Inside(new MemoryByteSource(constant), $"bytes at {position + offset}", isNamedPickle: false);
            if (IsContainer(constant))
            {
                Later(inside);
            }
            else if (PickleScan.TryTrace(constant, limits) is { } nested)
            {
                if (PickleScan.UsesNames(nested))
                {
                    Add(ScanRule.NestedPickle, $"the value at {position + offset} is a pickle of {nested.End} bytes", part.Record, position + offset);
                }

                Later(inside with { IsNamedPickle = true });
            }
        }

        return trace.HasStopped ? trace.End : null;
    }

    /// <summary>Whether <c>torch.load</c> takes bytes for something else than a bare pickle.</summary>
    internal static bool IsContainer(ReadOnlySpan<byte> head) =>
        new TorchZipFormat().Matches(head) || TarCheck.HasChecksum(head) || LegacySignature.Matches(head);

    // What is nothing of PyTorch's says nothing of what it lies in, or follows.
    private string? TryLookInto(ScanPart part)
    {
        try
        {
            return LookInto(part);
        }
        catch (InvalidCheckpointException error) when (error.IsForeign)
        {
            return null;
        }
    }

    // What torch.load would take it for, or null if for nothing.
    private string? LookInto(ScanPart part)
    {
        var head = Head(part.Source);
        if (new TorchZipFormat().Matches(head))
        {
            ZipScan.Run(this, part);
            return "zip archive";
        }

        if (TarCheck.HasChecksum(head))
        {
            TarScan.Run(this, part);
            return "tar file";
        }

        if (LegacySignature.Matches(head))
        {
            LegacyScan.Run(this, part);
            return "stream of pickles";
        }

        if (new SafetensorsFormat().Matches(head))
        {
            SafetensorsScan.Run(this, part);
            return "safetensors file, which holds no pickle";
        }

        if (new ShardedFormat().Matches(head))
        {
            PickleScan.RunOtherwise(this, part, "JSON");
            ShardScan.Run(this, part);
            return "JSON text, which holds no pickle";
        }

        return PickleScan.Run(this, part) ? "pickle" : null;
    }

    private static byte[] Head(ByteSource source)
    {
        var head = new byte[Math.Min(source.Length, FormatTable.HeadSize)];
        source.Read(0, head);
        return head;
    }
}
