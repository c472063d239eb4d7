using Torchkeep.IO;
using Torchkeep.Pickle;
using Torchkeep.Torch.Risks;

namespace Torchkeep.Formats.Scanning;

/// <summary>
/// Looks at a file and, one after another, at what lies in it. Whatever bytes can be taken for, by their start, they are
/// looked into as.
/// </summary>
internal sealed class FileScan(ReadLimits limits, AllowedNames allowed, CancellationToken cancellationToken)
{
    // Archives in archives, pickles in pickles.
    private const int MaxDepth = 64;
    private const int MaxParts = 1_000_000;

    // A byte is looked at for each thing that it lies in, and for what it could be besides.
    private const int MaxLooks = 32;
    private const long MinBudget = 64 << 20;

    private readonly ScanResults _results = new(allowed);
    private readonly Stack<Step> _steps = new();
    private readonly List<ScanPart> _inside = [];
    private int _partCount;
    private long _spent;
    private long _size;

    internal ReadLimits Limits => limits;

    internal CancellationToken CancellationToken => cancellationToken;

    internal ScanReport Run(ByteSource source)
    {
        try
        {
            Allow(source.Length);
            var kind = LookInto(new(source, Record: null, Depth: 0, IsNamedPickle: false));
            while (_steps.TryPop(out var step))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (step.Done is { } done)
                {
                    done.Dispose();
                    continue;
                }

                var part = step.Part!;
                if (_spent > MinBudget && _spent / MaxLooks > _size)
                {
                    Add(ScanRule.OverLimit, $"the scan stops here: it has looked at {_spent} bytes, and there are {_size}; parts overlap, or unpack to more", part.Record);
                    break;
                }

                if (part.Owned is { } owned)
                {
                    _steps.Push(new(Part: null, owned));
                }

                if (LookInto(part) is null && part.IfNothing is { } finding)
                {
                    _results.Add(finding);
                }
            }

            return kind is null && _results.IsEmpty ? throw ForeignFile.Describe(Head(source), source) : _results.ToReport(kind ?? "pickle");
        }
        finally
        {
            while (_steps.TryPop(out var step))
            {
                (step.Done ?? step.Part?.Owned)?.Dispose();
            }
        }
    }

    /// <summary>A file to look at, of so many bytes.</summary>
    internal void Allow(long bytes) => _size += bytes;

    /// <summary>Counts bytes that were looked at: parts may overlap, and unpack to any size.</summary>
    internal void Spend(long bytes) => _spent += bytes;

    internal void Add(ScanFinding finding) => _results.Add(finding);

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

        _inside.Add(part);
    }

    /// <summary>Something inside, for later if its start can be something. Most records of an archive are elements of tensors.</summary>
    internal void Consider(ScanPart part)
    {
        if (part.IsNamedPickle || CanBe(Head(part.Source), part.Source.Length))
        {
            Later(part);
        }

        (part.Owned as ReopenableByteSource)?.Release();
    }

    /// <summary>Follows a pickle and notes what it would do; gives the byte after it, or null where it does not end.</summary>
    internal int? Follow(ReadOnlySpan<byte> bytes, ScanPart part, long position, PickleTrace trace)
    {
        _results.Add(trace, part.Record, position, part.IsTorchScript);
        foreach (var constant in trace.Constants())
        {
            var value = constant.IsRaw ? bytes.Slice(constant.Start, constant.Length) : constant.ToBytes(bytes);
            if (CanBe(value[..Math.Min(value.Length, FormatTable.HeadSize)], value.Length))
            {
                var at = position + constant.Offset;
                Later(part.Inside(new MemoryByteSource(value.ToArray()), $"bytes at {at}", isNamedPickle: false) with
                {
                    IfPickle = new(ScanRule.NestedPickle, $"the value at {at} is a pickle itself, and uses names that are not known to be harmless", part.Record, at),
                });
            }
        }

        return trace.HasStopped ? trace.End : null;
    }

    private bool CanBe(ReadOnlySpan<byte> head, long length) => ScanKinds.Of(head).Count > 0 || PickleScan.CanBegin(head, length, limits);

    // Looks into a part and leaves what lies in it to be looked into next; gives what it is.
    private string? LookInto(ScanPart part)
    {
        var name = LookIntoAs(part);
        for (var i = _inside.Count - 1; i >= 0; i--)
        {
            _steps.Push(new(_inside[i], Done: null));
        }

        _inside.Clear();
        return name;
    }

    // What torch.load would take it for first, or null if for nothing.
    private string? LookIntoAs(ScanPart part)
    {
        var kinds = ScanKinds.Of(Head(part.Source)).FindAll(kind => kind.Run(this, part));
        if (kinds.Count > 1)
        {
            Add(ScanRule.Polyglot, $"it can be taken for a {kinds[0].ShortName} and for a {kinds[1].ShortName}", part.Record, 0);
        }

        var isPickle = kinds.Count == 0 ? PickleScan.Run(this, part)
            : kinds.TrueForAll(kind => kind.MayBePickle) && PickleScan.RunOtherwise(this, part, kinds[0].ShortName);
        var name = kinds.Count > 0 ? kinds[0].Name : isPickle ? "pickle" : null;
        return part.Record is null && !isPickle && kinds.TrueForAll(kind => kind.MayPrecedeArchive) && ZipScan.TryLookAtEnd(this, part)
            ? name ?? "zip archive behind something else"
            : name;
    }

    private byte[] Head(ByteSource source)
    {
        var head = new byte[Math.Min(source.Length, FormatTable.HeadSize)];
        source.Read(0, head);
        Spend(head.Length);
        return head;
    }

    // A part to look into, or a source that nothing needs any more.
    private readonly record struct Step(ScanPart? Part, ByteSource? Done);
}
