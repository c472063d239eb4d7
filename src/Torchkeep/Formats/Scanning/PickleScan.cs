using Torchkeep.Pickle;

namespace Torchkeep.Formats.Scanning;

/// <summary>Bytes that are pickles, one after another, and bytes that could be.</summary>
internal static class PickleScan
{
    // What follows the first pickle of a file is looked at for so many more.
    private const int MaxFollowing = 1000;

    /// <summary>Scans pickles; false if the bytes are none.</summary>
    internal static bool Run(FileScan scan, ScanPart part)
    {
        var length = (int)Math.Min(part.Source.Length, Math.Min(scan.Limits.MaxPickleBytes, Array.MaxLength));
        var bytes = Read(part.Source, length);
        var trace = PickleTrace.Of(bytes, scan.Limits);

        // Without a name a pickle is harmless, and any bytes at all can be one.
        var isPickle = part.IsNamedPickle || bytes is [(byte)PickleOpcode.Proto, <= 5, ..] || UsesNames(trace) || (trace.HasStopped && trace.End == bytes.Length);
        if (!isPickle || bytes.Length == 0)
        {
            return false;
        }

        var end = scan.Follow(bytes, part, 0, trace);
        for (var count = 0; end < bytes.Length && count < MaxFollowing; count++)
        {
            var next = PickleTrace.Of(bytes.AsSpan(end.Value), scan.Limits);
            if (!next.HasStopped || (next.Fault is not null && !UsesNames(next)))
            {
                break;
            }

            end += scan.Follow(bytes.AsSpan(end.Value), part, end.Value, next);
        }

        if (end < part.Source.Length)
        {
            scan.Add(ScanRule.DataAfterStop, $"{part.Source.Length - end} bytes follow the end of the pickle", part.Record, end);
        }

        if (length < part.Source.Length && end is null)
        {
            scan.Add(ScanRule.OverLimit, $"the pickle has more than {length} bytes", part.Record);
        }

        return true;
    }

    /// <summary>Scans bytes that are taken for something else, for what they do where they are taken for a pickle.</summary>
    internal static void RunOtherwise(FileScan scan, ScanPart part, string kind)
    {
        const int Looked = 1 << 20;
        var bytes = Read(part.Source, (int)Math.Min(part.Source.Length, Looked));
        var trace = PickleTrace.Of(bytes, scan.Limits);
        if (UsesNames(trace))
        {
            scan.Add(ScanRule.Polyglot, $"the file is {kind}, and a pickle that uses names as well", part.Record, 0);
            scan.Follow(bytes, part, 0, trace);
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
        return UsesNames(trace) ? trace : trace is { HasStopped: true, Fault: null, Constants.Count: > 0 } ? trace : null;
    }

    /// <summary>Whether Python would come to a name. Where it would have stopped before, any bytes look as if they had some.</summary>
    internal static bool UsesNames(PickleTrace trace) => trace.Names.Any(found => IsName(found) && (trace.Fault is null || found.Offset < trace.FaultOffset));

    // Any bytes have a 'c' and two line feeds somewhere; what Python could import looks like a name.
    private static bool IsName(TracedName found) => found.IsHidden
        || (found.Name.Module.Length > 0 && (found.Name.Module + found.Name.Name).All(letter => char.IsLetterOrDigit(letter) || letter is '_' or '.' or '<' or '>' or ' '));

    private static byte[] Read(ByteSource source, int length)
    {
        var bytes = new byte[length];
        source.Read(0, bytes);
        return bytes;
    }
}
