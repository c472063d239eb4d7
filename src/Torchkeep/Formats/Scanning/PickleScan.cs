using Torchkeep.IO;
using Torchkeep.Pickle;

namespace Torchkeep.Formats.Scanning;

/// <summary>Bytes that are pickles, one after another, and bytes that could be.</summary>
internal static class PickleScan
{
    // Most pickles are no longer; what follows one may be gigabytes.
    private const int FirstRead = 1 << 16;

    /// <summary>Scans pickles; false if the bytes are none.</summary>
    internal static bool Run(FileScan scan, ScanPart part)
    {
        var bytes = ReadOne(scan, part, out var trace);
        if (bytes.Length == 0 || !(part.IsNamedPickle || IsPickle(bytes, trace)))
        {
            return false;
        }

        var end = scan.Follow(bytes, part, 0, trace);
        while (end < bytes.Length && !FileScan.IsContainer(bytes.AsSpan(end.Value)))
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
            scan.Later(part.Behind(end.Value));
        }

        if (end is null && bytes.Length < part.Source.Length)
        {
            scan.Add(ScanRule.OverLimit, $"the pickle has more than {bytes.Length} bytes", part.Record);
        }

        return true;
    }

    /// <summary>Scans bytes that are taken for something else, for what they do where they are taken for a pickle.</summary>
    internal static void RunOtherwise(FileScan scan, ScanPart part, string kind)
    {
        const int Looked = 1 << 20;
        var bytes = Read(part.Source, Looked);
        var trace = PickleTrace.Of(bytes, scan.Limits);
        if (UsesNames(trace))
        {
            scan.Add(ScanRule.Polyglot, $"the file is {kind}, and a pickle that uses names as well", part.Record, 0);
            scan.Follow(bytes, part, 0, trace);
        }
    }

    /// <summary>
    /// Looks for pickles where a container that cannot be followed has them: whatever starts as one of protocol 2 and later.
    /// </summary>
    internal static void Sniff(FileScan scan, ScanPart part, long start = 0)
    {
        const int Looked = 64 << 20;
        const int MaxFollowed = 4 * Looked;
        var bytes = Read(new SliceByteSource(part.Source, start, part.Source.Length - start), Looked);
        long followed = 0;
        for (var at = 0; at < bytes.Length - 1; at++)
        {
            if (!StartsAsPickle(bytes.AsSpan(at)))
            {
                continue;
            }

            // Bytes that always seem to begin a pickle would be followed to their end from everywhere.
            var trace = PickleTrace.Of(bytes.AsSpan(at), scan.Limits);
            if ((followed += trace.End) > MaxFollowed)
            {
                scan.Add(ScanRule.OverLimit, "too much of it could be pickles", part.Record, start + at);
                return;
            }

            if (trace.HasStopped && CanDoSomething(trace))
            {
                scan.Follow(bytes.AsSpan(at), part, start + at, trace);
                at += trace.End - 1;
            }
        }
    }

    /// <summary>
    /// The pickle that bytes are, if they are one that can do something: use a name, or hold bytes that are a pickle again.
    /// </summary>
    internal static PickleTrace? TryTrace(ReadOnlySpan<byte> bytes, ReadLimits limits)
    {
        if (bytes.Length < 4)
        {
            return null;
        }

        var trace = PickleTrace.Of(bytes, limits);
        return CanDoSomething(trace) ? trace : null;
    }

    /// <summary>Whether bytes say that they are a pickle of protocol 2 or later.</summary>
    internal static bool StartsAsPickle(ReadOnlySpan<byte> bytes) => bytes is [(byte)PickleOpcode.Proto, >= 2 and <= 5, ..];

    /// <summary>Whether a reader would come to a name. Where it would have stopped before, any bytes look as if they had some.</summary>
    internal static bool UsesNames(PickleTrace trace) => trace.Names.Any(found => found.IsReached && IsName(found));

    private static bool CanDoSomething(PickleTrace trace) => UsesNames(trace) || trace is { HasStopped: true, Fault: null, ConstantCount: > 0 };

    // Without a name a pickle is harmless, and any bytes at all can be one.
    private static bool IsPickle(ReadOnlySpan<byte> bytes, PickleTrace trace) =>
        bytes is [(byte)PickleOpcode.Proto, <= 5, ..] || trace.IsOverLimit || trace.ReachesHiddenFrame || UsesNames(trace) || trace.Names.Any(found => found.IsBareImport && IsName(found)) || (trace is { HasStopped: true, Fault: null } && trace.End == bytes.Length);

    // Any bytes have a 'c' and two line feeds somewhere; what Python could import looks like a name.
    private static bool IsName(TracedName found) => found.IsHidden
        || (found.Name.Module.Length > 0 && (found.Name.Module + found.Name.Name).All(letter => char.IsLetterOrDigit(letter) || letter is '_' or '-' or '.' or '<' or '>' or ' ' or '…'));

    // As many bytes as the first pickle needs, and some more.
    private static byte[] ReadOne(FileScan scan, ScanPart part, out PickleTrace trace)
    {
        var most = (int)Math.Min(part.Source.Length, Math.Min(scan.Limits.MaxPickleBytes, Array.MaxLength));
        for (long length = FirstRead; ; length *= 2)
        {
            var bytes = Read(part.Source, Math.Min(length, most));
            trace = PickleTrace.Of(bytes, scan.Limits);
            if (trace.HasStopped || trace.IsOverLimit || bytes.Length == most)
            {
                return bytes;
            }
        }
    }

    private static byte[] Read(ByteSource source, long most)
    {
        var bytes = new byte[Math.Min(source.Length, most)];
        source.Read(0, bytes);
        return bytes;
    }
}
