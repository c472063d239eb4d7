using Torchkeep.Formats.TorchTar;
using Torchkeep.IO;

namespace Torchkeep.Formats.Scanning;

/// <summary>A tar file: the pickles that PyTorch would load of it, and every member for itself.</summary>
internal static class TarScan
{
    private static readonly string[] _members = [TorchTarReader.PickleMember, TorchTarReader.TensorsMember, TorchTarReader.StoragesMember];

    internal static void Run(FileScan scan, ScanPart part)
    {
        PickleScan.RunOtherwise(scan, part, "a tar file");
        try
        {
            var members = TarMembers.ReadAsync(part.Source, scan.Limits, async: false, scan.CancellationToken).Complete();
            foreach (var (name, bytes) in members)
            {
                if (!_members.Contains(name) || !_members.All(members.ContainsKey))
                {
                    scan.Later(part.Inside(bytes, name, isNamedPickle: name == "sys_info" || _members.Contains(name)));
                }
            }

            if (_members.All(members.ContainsKey))
            {
                RunCheckpoint(scan, part);
            }
        }
        catch (CheckpointException error)
        {
            scan.Add(error, error.Record ?? part.Record);
            PickleScan.Sniff(scan, part);
        }
    }

    private static void RunCheckpoint(FileScan scan, ScanPart part)
    {
        // PyTorch unpickles storages and tensors before the object, and so does the reader.
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var options = new ReadOptions
        {
            Limits = scan.Limits,
            PickleObserver = (bytes, record, position) =>
            {
                seen.Add(record!);
                scan.Follow(bytes, part.Inside(part.Source, record!, isNamedPickle: true), position);
            },
        };
        try
        {
            var contents = TorchTarReader.OpenAsync(part.Source, options, async: false, scan.CancellationToken).Complete();
            foreach (var leftover in contents.Leftovers)
            {
                scan.Add(ScanRule.DataAfterStop, $"{leftover.Length} bytes follow where the member should end", leftover.Record, leftover.Offset);
            }
        }
        catch (CheckpointException error)
        {
            scan.Add(error, error.Record ?? part.Record);

            // A reader that goes on where this one stopped would come to the rest.
            var members = TarMembers.ReadAsync(part.Source, scan.Limits, async: false, scan.CancellationToken).Complete();
            foreach (var name in _members.Where(name => !seen.Contains(name)))
            {
                scan.Later(part.Inside(members[name], name, isNamedPickle: true));
            }
        }
    }
}
