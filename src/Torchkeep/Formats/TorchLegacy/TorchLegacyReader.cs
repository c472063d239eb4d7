using System.Buffers.Binary;
using Torchkeep.Formats.Places;
using Torchkeep.IO;
using Torchkeep.Tensors;
using Torchkeep.Torch;
using Torchkeep.Values;

namespace Torchkeep.Formats.TorchLegacy;

/// <summary>
/// Five pickles, of which the fourth is the object and the fifth the order of the storages; then the storages, of which
/// only the counts before them are read (torch/serialization.py, <c>_legacy_save</c> and <c>_legacy_load</c>).
/// </summary>
internal sealed class TorchLegacyReader : IStorageLookup
{
    // A broken file is not worth walking for longer than this to say which tensor suffers.
    private const int MaxSearched = 1_000_000;
    private const int MaxNameLength = 1000;

    private readonly ByteSource _source;
    private readonly ReadOptions _options;
    private readonly Dictionary<string, LegacyStorageSource> _storages = new(StringComparer.Ordinal);

    private TorchLegacyReader(ByteSource source, ReadOptions options)
    {
        _source = source;
        _options = options;
    }

    /// <summary>
    /// Never: PyTorch turns the bytes of big-endian machines round when it writes, and ignores what the file says about
    /// the machine (torch/csrc/serialization.cpp, <c>THPStorage_writeFileRaw</c>).
    /// </summary>
    public bool IsBigEndian => false;

    internal static async ValueTask<CheckpointContents> OpenAsync(ByteSource source, ReadOptions options, bool async, CancellationToken cancellationToken)
    {
        var names = new TensorNames();
        var reader = new TorchLegacyReader(source, options);
        var (root, length) = await reader.ReadAsync(new TorchPickleHost(reader, options.Limits, names, options.Python2Text, options.Budget, new ReferenceFiles(source, options)), async, cancellationToken).ConfigureAwait(false);
        return new(root, names) { Length = length };
    }

    public ByteSource Find(string key, long elements, ElementTypeInfo type)
    {
        var storage = new LegacyStorageSource(_source, elements, type);
        _storages.Add(key, storage);
        return storage;
    }

    private async ValueTask<(PyValue Root, long Length)> ReadAsync(TorchPickleHost host, bool async, CancellationToken cancellationToken)
    {
        var pickles = new PickleSequence(_source, _options);

        // The magic number, which was seen before.
        await pickles.ReadAsync(host, async, cancellationToken).ConfigureAwait(false);

        var versionAt = pickles.Position;
        var version = await pickles.ReadAsync(host, async, cancellationToken).ConfigureAwait(false);
        if (version is not PyInt number || number.Value != TorchLegacyConstants.ProtocolVersion)
        {
            throw new UnsupportedCheckpointException($"the stream is of version {version.Brief}, and PyTorch knows {TorchLegacyConstants.ProtocolVersion} alone")
            {
                File = _source.Name,
                Offset = versionAt,
            };
        }

        // What the machine was like that wrote it, which says nothing about the bytes.
        await pickles.ReadAsync(host, async, cancellationToken).ConfigureAwait(false);

        var root = await pickles.ReadAsync(host, async, cancellationToken).ConfigureAwait(false);
        var keysAt = pickles.Position;
        var keys = await pickles.ReadAsync(host, async, cancellationToken).ConfigureAwait(false);
        if (keys is not PyList { Items: var order })
        {
            throw Invalid($"the keys of the storages must be a list, found {keys.TypeName}", keysAt);
        }

        if (order.Count > _options.Limits.MaxRecords)
        {
            throw new UnsupportedCheckpointException(
                $"the stream has {order.Count} storages, over the limit of {_options.Limits.MaxRecords} ({nameof(ReadLimits)}.{nameof(ReadLimits.MaxRecords)})")
            {
                File = _source.Name,
                Offset = keysAt,
            };
        }

        return (root, await LocateAsync(order, root, pickles.Position, keysAt, async, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Finds each storage; yields the byte after the last.</summary>
    private async ValueTask<long> LocateAsync(List<PyValue> order, PyValue root, long position, long keysAt, bool async, CancellationToken cancellationToken)
    {
        var count = new byte[sizeof(long)];
        foreach (var key in order)
        {
            if (!TorchPickleHost.TryGetKey(key, out var name) || !_storages.Remove(name, out var storage))
            {
                throw Invalid($"the keys of the storages have {key.Brief}, which the object does not name or which was there before", keysAt);
            }

            if (count.Length > _source.Length - position)
            {
                throw Invalid($"the file ends where the storage '{name}' should be: it is truncated", position, NameOf(root, storage));
            }

            await _source.ReadAsync(position, count, async, cancellationToken).ConfigureAwait(false);
            var elements = BinaryPrimitives.ReadInt64LittleEndian(count);
            if (elements != storage.Elements)
            {
                throw Invalid($"the storage '{name}' has {elements} elements, and {storage.Elements} in the pickle", position, NameOf(root, storage));
            }

            position += count.Length;
            if (storage.Length > _source.Length - position)
            {
                throw Invalid(
                    $"the storage '{name}' should have {storage.Length} bytes, and {_source.Length - position} are left: the file is truncated", position, NameOf(root, storage));
            }

            storage.PlaceAt(position);
            position += storage.Length;
        }

        foreach (var (name, storage) in _storages)
        {
            throw Invalid($"the storage '{name}' of the object is not among those that the file has", keysAt, NameOf(root, storage));
        }

        return position;
    }

    private static string? NameOf(PyValue root, LegacyStorageSource storage) =>
        PyWalker.Walk(root, long.MaxValue).Take(MaxSearched).FirstOrDefault(entry => entry.Value is PyTensor tensor && tensor.View.Storage.Bytes == storage) is { NameLength: < MaxNameLength } entry
            ? entry.Name
            : null;

    private InvalidCheckpointException Invalid(string problem, long offset, string? tensorName = null) =>
        new(problem) { File = _source.Name, Offset = offset, TensorName = tensorName };
}
