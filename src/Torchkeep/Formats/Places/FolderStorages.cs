using System.Buffers;
using System.Text;
using Torchkeep.Formats.TorchZip;
using Torchkeep.IO;
using Torchkeep.Torch;

namespace Torchkeep.Formats.Places;

/// <summary>
/// The storages beside a data.pkl that was taken out of its archive: files of the folder data, by key. A key that could be
/// a path is none.
/// </summary>
internal sealed class FolderStorages : IStorageLookup
{
    private const int MaxByteOrder = 16;

    private static readonly SearchValues<char> _plain = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    private readonly string _folder;

    private FolderStorages(string folder, bool isBigEndian) => (_folder, IsBigEndian) = (folder, isBigEndian);

    public bool IsBigEndian { get; }

    /// <summary>The storages beside a file, or null where it is no file that has them.</summary>
    internal static FolderStorages? Beside(string? pickle)
    {
        if (pickle is null || Path.GetFileName(pickle) != TorchZipConstants.PickleRecord || !File.Exists(pickle))
        {
            return null;
        }

        var folder = Path.GetDirectoryName(Path.GetFullPath(pickle))!;
        return Directory.Exists(Path.Combine(folder, TorchZipConstants.DataFolder)) ? new(folder, ReadByteOrder(Path.Combine(folder, TorchZipConstants.ByteOrderRecord))) : null;
    }

    public ByteSource Find(string key, long elements, ElementTypeInfo type)
    {
        var record = $"{TorchZipConstants.DataFolder}{key}";
        var path = Path.Combine(_folder, TorchZipConstants.DataFolder, key);
        return key.Length > 0 && !key.AsSpan().ContainsAnyExcept(_plain) && File.Exists(path)
            ? new FileOnDemand(path, record)
            : throw new InvalidCheckpointException($"the storage '{key}' should be the file '{record}' beside the pickle, which is not there");
    }

    private static bool ReadByteOrder(string path)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        using var file = new FileByteSource(path);
        var bytes = new byte[(int)Math.Min(file.Length, MaxByteOrder)];
        file.Read(0, bytes);
        return Encoding.UTF8.GetString(bytes).Trim() switch
        {
            TorchZipConstants.ByteOrderLittle => false,
            TorchZipConstants.ByteOrderBig => true,
            var other => throw new InvalidCheckpointException($"the byte order should be 'little' or 'big', and is '{other}'") { File = path },
        };
    }
}
