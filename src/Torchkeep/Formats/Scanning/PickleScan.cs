using Torchkeep.IO;
using Torchkeep.Pickle;
using Torchkeep.Torch.Risks;

namespace Torchkeep.Formats.Scanning;

/// <summary>Bytes that are pickles, one after another, and bytes that could be.</summary>
internal static class PickleScan
{
    // Most pickles are no longer; what follows one may be gigabytes.
    private const int FirstRead = 512;

    /// <summary>
    /// Scans pickles; false if the bytes are none. A value that does nothing is a pickle only where nothing else says what
    /// the bytes are: all of the file, or a name.
    /// </summary>
    internal static bool Run(FileScan scan, ScanPart part)
    {
        var bytes = ReadOne(scan, part, out var trace);
        if (bytes.Length == 0)
        {
            return false;
        }

        if (!part.IsNamedPickle && !(part.Depth == 0 ? IsPickle(bytes, trace) : CanDoSomething(bytes, trace)))
        {
            LookBehind(scan, part, bytes, trace);
            return false;
        }

        // Torch.storage's own way to write tensors in a pickle holds harmless names alone.
        if (part.IfPickle is { } finding && trace.Names.Any(name => name.IsHidden || name.IsExtension || GlobalRisks.Of(name, part.IsTorchScript).Risk != GlobalRisk.Harmless))
        {
            scan.Add(finding);
        }

        var end = scan.Follow(bytes, part, 0, trace);
        while (end < bytes.Length && ScanKinds.Of(bytes.AsSpan(end.Value)).Count == 0)
        {
            var next = PickleTrace.Of(bytes.AsSpan(end.Value), scan.Limits);
            if (!next.HasStopped || !IsPickle(bytes.AsSpan(end.Value), next))
            {
                break;
            }

            end += scan.Follow(bytes.AsSpan(end.Value), part, end.Value, next);
        }

        if (end < part.Source.Length)
        {
            // Elements of a tensor can be a value with a text in it.
            var behind = part.Behind(end.Value);
            scan.Later(part.Depth == 0 || part.IsNamedPickle || UsesNames(bytes, trace) ? behind : behind with { IfNothing = null });
        }

        if (bytes.Length < part.Source.Length && CanGoOn(bytes, trace, part.Source.Length))
        {
            scan.Add(ScanRule.OverLimit, $"the pickle has more than {bytes.Length} bytes", part.Record);
        }

        return true;
    }

    /// <summary>Scans bytes that are taken for something else, for what they do where they are taken for a pickle.</summary>
    internal static bool RunOtherwise(FileScan scan, ScanPart part, string kind)
    {
        var bytes = ReadOne(scan, part, out var trace);
        if (!UsesNames(bytes, trace))
        {
            LookBehind(scan, part, bytes, trace);
            return false;
        }

        scan.Add(ScanRule.Polyglot, $"it is a {kind}, and a pickle that uses names as well", part.Record, 0);
        scan.Follow(bytes, part, 0, trace);
        return true;
    }

    /// <summary>Scans the pickles that a reader loads one after another; gives the byte after them, or after what can be followed.</summary>
    internal static long RunSeveral(FileScan scan, ScanPart part, int count)
    {
        long at = 0;
        for (var i = 0; i < count && at < part.Source.Length; i++)
        {
            var rest = part with { Source = new SliceByteSource(part.Source, at, part.Source.Length - at) };
            var bytes = ReadOne(scan, rest, out var trace);
            if (scan.Follow(bytes, part, at, trace) is not { } end)
            {
                return at;
            }

            at += end;
        }

        return at;
    }

    /// <summary>
    /// Looks for pickles where a container that cannot be followed has them: whatever starts as one of protocol 2 and later.
    /// </summary>
    internal static void Sniff(FileScan scan, ScanPart part, long start = 0)
    {
        const int Looked = 64 << 20;
        const long LeastFollowed = 16 << 20;
        var length = part.Source.Length - start;
        var bytes = Read(scan, new SliceByteSource(part.Source, start, length), Looked);
        if (bytes.Length < length)
        {
            scan.Add(ScanRule.OverLimit, $"pickles were looked for in {bytes.Length} of {length} bytes", part.Record, start);
        }

        long followed = 0;
        for (var at = 0; at < bytes.Length - 1; at++)
        {
            if (!StartsAsPickle(bytes.AsSpan(at)))
            {
                continue;
            }

            // Bytes that always seem to begin a pickle would be followed to their end from everywhere.
            var trace = PickleTrace.Of(bytes.AsSpan(at), scan.Limits);
            if ((followed += trace.End) > Math.Max(LeastFollowed, 4L * bytes.Length))
            {
                scan.Add(ScanRule.OverLimit, "too much of it could be pickles", part.Record, start + at);
                return;
            }

            if (CanDoSomething(bytes.AsSpan(at), trace))
            {
                scan.Follow(bytes.AsSpan(at), part, start + at, trace);
                at += Math.Max(1, trace.End - 1);
            }
        }
    }

    /// <summary>Whether bytes that begin like this can be a pickle that does something, or be followed by one.</summary>
    internal static bool CanBegin(ReadOnlySpan<byte> head, long length, ReadLimits limits)
    {
        var trace = PickleTrace.Of(head, limits);
        return trace.HasStopped ? trace.Fault is null || UsesNames(head, trace) : CanDoSomething(head, trace) || CanGoOn(head, trace, length);
    }

    /// <summary>
    /// Whether Python would come to a name. Where it would have stopped before, any bytes look as if they had some.
    /// Without a name nothing can be called: what a pickle makes up, it makes by calling something that it names.
    /// </summary>
    internal static bool UsesNames(ReadOnlySpan<byte> bytes, PickleTrace trace)
    {
        var isWhole = trace is { HasStopped: true, Fault: null };
        foreach (var found in trace.Names)
        {
            // A number that the reading program knows, and one byte before it, stand at the start of elements too.
            if (found.IsExtension ? isWhole && StartsAsPickle(bytes) : !found.IsHidden && found.IsReached && (isWhole ? CanBeName(found) : IsName(found)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether it uses a name, holds bytes that may be a pickle again, or is longer than can be followed.</summary>
    private static bool CanDoSomething(ReadOnlySpan<byte> bytes, PickleTrace trace) =>
        UsesNames(bytes, trace) || trace is { HasStopped: true, Fault: null, ConstantCount: > 0 } || trace.IsOverLimit;

    // Python loads what follows a value where it loads several, as with the legacy format, whose first is a number.
    private static void LookBehind(FileScan scan, ScanPart part, ReadOnlySpan<byte> bytes, PickleTrace trace)
    {
        var end = 0;
        while (trace is { HasStopped: true, Fault: null } && !CanDoSomething(bytes[end..], trace))
        {
            end += trace.End;
            if (end == bytes.Length || ScanKinds.Of(bytes[end..]).Count > 0)
            {
                break;
            }

            trace = PickleTrace.Of(bytes[end..], scan.Limits);
        }

        if (end > 0 && end < part.Source.Length)
        {
            scan.Consider(part.Behind(end) with { IfNothing = null });
        }
    }

    private static bool StartsAsPickle(ReadOnlySpan<byte> bytes) => bytes is [(byte)PickleOpcode.Proto, >= 2 and <= 5, ..];

    // Without a name a pickle is harmless, and any bytes at all can be one.
    private static bool IsPickle(ReadOnlySpan<byte> bytes, PickleTrace trace) =>
        bytes is [(byte)PickleOpcode.Proto, <= 5, ..] || UsesNames(bytes, trace) || trace.IsOverLimit || trace.ReachesHiddenFrame || trace.Names.Any(found => found.IsBareImport && IsName(found)) || (trace is { HasStopped: true, Fault: null } && (trace.End == bytes.Length || ScanKinds.Of(bytes[trace.End..]).Count > 0));

    // Python imports no name that is not UTF-8.
    private static bool CanBeName(TracedName found) =>
        found.Name.Module.Length > 0 && !(found.Name.Module + found.Name.Name).Any(letter => char.IsControl(letter) || letter == '\ufffd');

    // Any bytes have a 'c' and two line feeds somewhere; what Python could import looks like a name.
    private static bool IsName(TracedName found) =>
        found.Name.Module.Length > 0
        && (found.Name.Module + found.Name.Name).All(letter => char.IsLetterOrDigit(letter) || letter is '_' or '.' or '<' or '>' or ' ' or '-' or '…');

    // As many bytes as the first pickle needs, and some more.
    private static byte[] ReadOne(FileScan scan, ScanPart part, out PickleTrace trace)
    {
        var most = (int)Math.Min(part.Source.Length, Math.Min(scan.Limits.MaxPickleBytes, Array.MaxLength));
        for (long length = FirstRead; ; length *= 4)
        {
            var bytes = Read(scan, part.Source, Math.Min(length, most));
            trace = PickleTrace.Of(bytes, scan.Limits);
            if (bytes.Length == most || !CanGoOn(bytes, trace, part.Source.Length))
            {
                return bytes;
            }
        }
    }

    // Whether it ended since the bytes did, and more of them could change that.
    private static bool CanGoOn(ReadOnlySpan<byte> bytes, PickleTrace trace, long length)
    {
        if (trace.HasStopped || trace.IsOverLimit || bytes.Length == length)
        {
            return false;
        }

        if (trace.End >= bytes.Length)
        {
            return true;
        }

        var opcode = (PickleOpcode)bytes[trace.End];
        var argument = bytes[(trace.End + 1)..];
        var size = PickleOperands.LengthSize(opcode);
        return Enum.IsDefined(opcode) && (argument.Length < size || PickleOperands.Length(argument[..size]) <= (ulong)(length - trace.End));
    }

    private static byte[] Read(FileScan scan, ByteSource source, long most)
    {
        var bytes = new byte[Math.Min(source.Length, most)];
        source.Read(0, bytes);
        scan.Spend(bytes.Length);
        return bytes;
    }
}
