using Torchkeep.Formats.TorchTar;
using Torchkeep.IO;

namespace Torchkeep.Formats.Scanning;

/// <summary>A tar file: the pickles that PyTorch would load of it, and every member for itself, as Python's tarfile sees them.</summary>
internal static class TarScan
{
    private const string MachineMember = "sys_info";
    private const int BufferSize = 1 << 16;

    private static readonly string[] _members = [TorchTarReader.PickleMember, TorchTarReader.TensorsMember, TorchTarReader.StoragesMember];

    internal static bool Run(FileScan scan, ScanPart part)
    {
        var walk = TarWalk.ReadAsync(part.Source, scan.Limits, async: false, scan.CancellationToken).Complete();
        foreach (var (problem, record, offset) in walk.Oddities)
        {
            scan.Add(ScanRule.HeadersDisagree, $"readers of tar files differ in what it holds: {problem}", record is null ? part.Record : part.Place(record), record is null ? offset : null);
        }

        LookAtNames(scan, part, walk);
        var members = TryReadMembers(scan, part, walk);
        var isCheckpoint = members is not null && _members.All(members.ContainsKey);
        foreach (var member in walk.Members.Where(member => member.HasBytes))
        {
            var isNamedPickle = member.Name == MachineMember || _members.Contains(member.Name);
            if (!isCheckpoint || !_members.Contains(member.Name))
            {
                scan.Consider(part.Inside(member.Open(part.Source), member.Name, isNamedPickle));
            }
        }

        if (isCheckpoint)
        {
            RunCheckpoint(scan, part, members!);
        }

        LookBehind(scan, part, walk.End);
        return true;
    }

    // Null where the reader of checkpoints refuses the file. Python may read it all the same.
    private static Dictionary<string, ByteSource>? TryReadMembers(FileScan scan, ScanPart part, TarWalk walk)
    {
        try
        {
            return TarMembers.ReadAsync(part.Source, scan.Limits, async: false, scan.CancellationToken).Complete();
        }
        catch (CheckpointException error)
        {
            if (walk.Oddities.Count == 0)
            {
                scan.Add(error, error.Record is { } record ? part.Place(record) : part.Record);
            }

            PickleScan.Sniff(scan, part);
            return null;
        }
    }

    private static void LookAtNames(FileScan scan, ScanPart part, TarWalk walk)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in walk.Members)
        {
            if (!names.Add(member.Name))
            {
                scan.Add(ScanRule.DuplicateName, "the tar file has two members of this name, and Python takes the last", part.Place(member.Name));
            }

            if (member.IsLink)
            {
                scan.Add(_members.Contains(member.Name) ? ScanRule.HeadersDisagree : ScanRule.UnsafeName, "the member is a link, and readers take what it points to", part.Place(member.Name));
            }
        }
    }

    private static void RunCheckpoint(FileScan scan, ScanPart part, Dictionary<string, ByteSource> members)
    {
        // PyTorch unpickles storages and tensors before the object, and so does the reader.
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var options = new ReadOptions
        {
            Limits = scan.Limits,
            PickleObserver = (bytes, record, position) =>
            {
                seen.Add(record!);
                scan.Follow(bytes, part.Inside(part.Source, record!, isNamedPickle: true), position, Pickle.PickleTrace.Of(bytes, scan.Limits));
            },
        };
        try
        {
            var contents = TorchTarReader.OpenAsync(part.Source, options, async: false, scan.CancellationToken).Complete();
            foreach (var leftover in contents.Leftovers)
            {
                scan.Add(ScanRule.DataAfterStop, $"{leftover.Length} bytes follow where the member should end", leftover.Record is { } record ? part.Place(record) : part.Record, leftover.Offset);
            }
        }
        catch (CheckpointException error)
        {
            scan.Add(error, error.Record is { } record ? part.Place(record) : part.Record);

            // A reader that goes on where this one stopped would come to the rest.
            foreach (var name in _members.Where(name => !seen.Contains(name)))
            {
                scan.Later(part.Inside(members[name], name, isNamedPickle: true));
            }

            PickleScan.Sniff(scan, part);
        }
    }

    // Two blocks of zeros end it, and more fill it up.
    private static void LookBehind(FileScan scan, ScanPart part, long end)
    {
        var buffer = new byte[BufferSize];
        while (end < part.Source.Length)
        {
            var piece = buffer.AsSpan(0, (int)Math.Min(buffer.Length, part.Source.Length - end));
            part.Source.Read(end, piece);
            scan.Spend(piece.Length);
            if (piece.IndexOfAnyExcept((byte)0) is var first && first >= 0)
            {
                scan.Later(part.Behind(end + first));
                return;
            }

            end += piece.Length;
        }
    }
}
