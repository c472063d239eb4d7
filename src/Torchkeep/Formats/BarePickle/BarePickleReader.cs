using Torchkeep.Formats.Places;
using Torchkeep.Formats.TorchLegacy;
using Torchkeep.IO;
using Torchkeep.Pickle;
using Torchkeep.Tensors;
using Torchkeep.Torch;

namespace Torchkeep.Formats.BarePickle;

/// <summary>
/// What <c>pickle.dump</c> writes. A tensor in it has its storage as bytes of a whole file of the stream format
/// (torch/storage.py, <c>__reduce__</c> and <c>_load_from_bytes</c>), which is read where it lies.
/// </summary>
internal sealed class BarePickleReader : IPickleHost, IStorageLookup
{
    private static readonly PyGlobal _loadFromBytes = new("torch.storage", "_load_from_bytes");

    private readonly ReadOptions _options;
    private readonly TensorNames _names = new();
    private readonly TorchPickleHost _torch;
    private readonly FolderStorages? _beside;

    private BarePickleReader(ByteSource source, ReadOptions options)
    {
        _options = options;
        _beside = FolderStorages.Beside(source.Name);
        _torch = new(this, options.Limits, _names, options.Python2Text, options.Budget);
    }

    public Python2Text Python2Text => _options.Python2Text;

    public bool IsBigEndian => _beside is { IsBigEndian: true };

    internal static async ValueTask<CheckpointContents> OpenAsync(ByteSource source, ReadOptions options, bool async, CancellationToken cancellationToken)
    {
        var reader = new BarePickleReader(source, options);
        var pickles = new PickleSequence(source, options);
        var root = await pickles.ReadAsync(reader, async, cancellationToken).ConfigureAwait(false);
        return new(root, reader._names) { Length = pickles.Position };
    }

    public PyValue? Call(PyGlobal callable, PyTuple arguments) =>
        callable.Equals(_loadFromBytes) && arguments.Items is [PyBytes bytes] && LegacySignature.Matches(bytes.Value.Span)
            ? LoadFromBytes(bytes)
            : _torch.Call(callable, arguments);

    public PyValue? New(PyGlobal type, PyTuple arguments) => type.Equals(JoblibReader.Wrapper)
        ? throw new InvalidCheckpointException("raw bytes of joblib stand between the opcodes, and the file is too long to be read for them")
        : _torch.New(type, arguments);

    public bool TryBuild(PyValue target, PyValue state) => _torch.TryBuild(target, state);

    public PyValue LoadPersistent(PyValue id) => _torch.LoadPersistent(id);

    public ByteSource Find(string key, long elements, ElementTypeInfo type) => _beside?.Find(key, elements, type)
        ?? throw new InvalidCheckpointException(
            $"the storage '{key}' lies beside the pickle, which was cut out of a checkpoint: open the archive that it is from, or the folder with data.pkl and data that it was unpacked to");

    // Bytes in memory, of which no reading waits. A file in a file in a file stays a record.
    private PyValue LoadFromBytes(PyBytes bytes)
    {
        _options.Budget?.AddNested(bytes.Value.Length);
        return TorchLegacyReader.OpenAsync(new MemoryByteSource(bytes.Value), _options, async: false, CancellationToken.None).AsTask().GetAwaiter().GetResult().Root;
    }
}
