using System.Buffers.Binary;
using System.Globalization;
using Torchkeep.IO;
using Torchkeep.Pickle;
using Torchkeep.Tensors;
using Torchkeep.Torch;

namespace Torchkeep.Formats.TorchTar;

/// <summary>
/// Four members: what the machine was like, the object, its tensors and their storages; the last two are pickles with raw
/// bytes between them (torch/serialization.py, <c>legacy_load</c>).
/// </summary>
internal sealed class TorchTarReader : IPickleHost, IStorageLookup
{
    internal const string PickleMember = "pickle";
    internal const string TensorsMember = "tensors";
    internal const string StoragesMember = "storages";

    // The most that PyTorch has.
    private const int MaxDimensions = 64;

    private readonly ByteSource _source;
    private readonly ReadOptions _options;
    private readonly TensorNames _names = new();
    private readonly Dictionary<string, PyValue> _objects = new(StringComparer.Ordinal);
    private readonly List<Leftover> _leftovers = [];
    private readonly TorchPickleHost _torch;

    private TorchTarReader(ByteSource source, ReadOptions options)
    {
        _source = source;
        _options = options;
        _torch = new(this, options.Limits, _names, options.Python2Text, options.Budget);
    }

    /// <summary>Never: PyTorch turned the bytes round when it wrote.</summary>
    public bool IsBigEndian => false;

    internal static async ValueTask<CheckpointContents> OpenAsync(ByteSource source, ReadOptions options, bool async, CancellationToken cancellationToken)
    {
        var members = await TarMembers.ReadAsync(source, options.Limits, async, cancellationToken).ConfigureAwait(false);
        var (pickle, tensors, storages) = (Member(PickleMember), Member(TensorsMember), Member(StoragesMember));
        var reader = new TorchTarReader(source, options);
        await reader.ReadStoragesAsync(storages, async, cancellationToken).ConfigureAwait(false);
        await reader.ReadTensorsAsync(tensors, async, cancellationToken).ConfigureAwait(false);
        var objects = new PickleSequence(pickle, options, PickleMember);
        var root = await objects.ReadAsync(reader, async, cancellationToken).ConfigureAwait(false);
        reader.NoteEnd(objects, pickle, PickleMember);
        return new(root, reader._names) { Leftovers = reader._leftovers };

        ByteSource Member(string name) => members.GetValueOrDefault(name) ?? throw ForeignFile.DescribeTar(source, name, members.Keys);
    }

    public Python2Text Python2Text => _torch.Python2Text;

    public PyValue? New(PyGlobal type, PyTuple arguments) => _torch.New(type, arguments);

    public PyValue? Call(PyGlobal callable, PyTuple arguments) => _torch.Call(callable, arguments);

    public bool TryBuild(PyValue target, PyValue state) => _torch.TryBuild(target, state);

    public PyValue LoadPersistent(PyValue id) => id switch
    {
        // The class of a module, with its source.
        PyTuple { Items: [PyGlobal module, _, _] } => module,
        _ when TorchPickleHost.TryGetKey(id, out var key) && _objects.TryGetValue(key, out var value) => value,
        _ => throw new InvalidCheckpointException($"{id.Brief} is the key of no tensor and no storage of the file"),
    };

    public ByteSource Find(string key, long elements, ElementTypeInfo type) =>
        throw new InvalidCheckpointException($"the storage '{key}' is named as files of this age do not");

    private async ValueTask ReadStoragesAsync(ByteSource member, bool async, CancellationToken cancellationToken)
    {
        var pickles = new PickleSequence(member, _options, StoragesMember);
        var count = await ReadCountAsync(pickles, StoragesMember, async, cancellationToken).ConfigureAwait(false);
        for (long i = 0; i < count; i++)
        {
            var at = pickles.Position;
            var head = await pickles.ReadAsync(this, async, cancellationToken).ConfigureAwait(false);
            if (head is not PyTuple { Items: [var key, var location, PyGlobal storageClass] })
            {
                throw Invalid($"a storage must be (key, location, class), found {head.Brief}", StoragesMember, at);
            }

            at = pickles.Position;
            var elements = BinaryPrimitives.ReadInt64LittleEndian(await pickles.ReadBytesAsync(sizeof(long), async, cancellationToken).ConfigureAwait(false));
            var type = TypeOf(storageClass, at);
            var size = ElementTypeInfo.Of(type ?? ElementType.UInt8).ByteSize;
            if (elements < 0 || elements > member.Length / size)
            {
                throw Invalid($"a storage should have {elements} elements of {size} bytes, and all storages together have {member.Length}", StoragesMember, at);
            }

            SliceByteSource bytes = new(member, pickles.Position, elements * size);
            pickles.Skip(bytes.Length);
            Add(key, new PyStorage(new TensorStorage(bytes, TorchPickleHost.TextOf(location) ?? location.Brief, type, bigEndian: false), type), StoragesMember, at);
        }

        await ReadPartsAsync(pickles, async, cancellationToken).ConfigureAwait(false);
        NoteEnd(pickles, member, StoragesMember);
    }

    private ElementType? TypeOf(PyGlobal storageClass, long at)
    {
        try
        {
            return TorchPickleHost.ElementTypeOf(storageClass);
        }
        catch (CheckpointException error)
        {
            (error.File, error.Record, error.Offset) = (_source.Name, StoragesMember, at);
            throw;
        }
    }

    // Storages that are a part of another one.
    private async ValueTask ReadPartsAsync(PickleSequence pickles, bool async, CancellationToken cancellationToken)
    {
        var at = pickles.Position;
        var parts = await pickles.ReadAsync(this, async, cancellationToken).ConfigureAwait(false);
        foreach (var part in parts is PyList list ? list.Items : throw Invalid($"the parts of storages must be a list, found {parts.TypeName}", StoragesMember, at))
        {
            if (part is not PyTuple { Items: [var key, var wholeKey, PyInt first, PyInt count] }
                || !TorchPickleHost.TryGetKey(wholeKey, out var name)
                || _objects.GetValueOrDefault(name) is not PyStorage whole
                || !first.TryGetInt64(out var offset)
                || !count.TryGetInt64(out var elements))
            {
                throw Invalid($"a part of a storage must be (key, key of the whole, offset, size), found {part.Brief}", StoragesMember, at);
            }

            var size = ElementTypeInfo.Of(whole.ElementType ?? ElementType.UInt8).ByteSize;
            var all = whole.Storage.ByteLength / size;
            if (offset < 0 || elements < 0 || offset > all - elements)
            {
                throw Invalid($"a part of a storage should have {elements} elements from {offset} on, and the storage has {all}", StoragesMember, at);
            }

            _options.Budget?.AddSharedStorage(elements * size);
            SliceByteSource bytes = new(whole.Storage.Bytes, offset * size, elements * size);
            Add(key, new PyStorage(new TensorStorage(bytes, whole.Storage.Location, whole.ElementType, bigEndian: false), whole.ElementType), StoragesMember, at);
        }
    }

    private async ValueTask ReadTensorsAsync(ByteSource member, bool async, CancellationToken cancellationToken)
    {
        var pickles = new PickleSequence(member, _options, TensorsMember);
        var count = await ReadCountAsync(pickles, TensorsMember, async, cancellationToken).ConfigureAwait(false);
        for (long i = 0; i < count; i++)
        {
            var at = pickles.Position;
            var head = await pickles.ReadAsync(this, async, cancellationToken).ConfigureAwait(false);
            if (head is not PyTuple { Items: [var key, var storageKey, PyGlobal] }
                || !TorchPickleHost.TryGetKey(storageKey, out var name)
                || _objects.GetValueOrDefault(name) is not PyStorage storage)
            {
                throw Invalid($"a tensor must be (key, key of its storage, class), found {head.Brief}", TensorsMember, at);
            }

            // The number of dimensions took 8 bytes, of which readers look at 4.
            var dimensions = BinaryPrimitives.ReadInt32LittleEndian(await pickles.ReadBytesAsync(sizeof(long), async, cancellationToken).ConfigureAwait(false));
            if (dimensions is < 0 or > MaxDimensions)
            {
                throw Invalid($"a tensor should have {dimensions} dimensions, and {MaxDimensions} is the most", TensorsMember, at);
            }

            var raw = await pickles.ReadBytesAsync(((2 * dimensions) + 1) * sizeof(long), async, cancellationToken).ConfigureAwait(false);
            Add(key, View(storage, raw, dimensions, at), TensorsMember, at);
        }

        NoteEnd(pickles, member, TensorsMember);
    }

    private PyTensor View(PyStorage storage, byte[] raw, int dimensions, long at)
    {
        var numbers = Enumerable.Range(0, raw.Length / sizeof(long)).Select(i => BinaryPrimitives.ReadInt64LittleEndian(raw.AsSpan(i * sizeof(long)))).ToArray();
        try
        {
            return new(new TensorView(storage.Storage, storage.ElementType ?? ElementType.UInt8, numbers[^1], [.. numbers[..dimensions]], [.. numbers[dimensions..(2 * dimensions)]])
            {
                Names = _names,
                MaxExpandedBytes = _options.Limits.MaxExpandedBytes,
                Budget = _options.Budget,
            });
        }
        catch (CheckpointException error)
        {
            (error.File, error.Record, error.Offset) = (_source.Name, TensorsMember, at);
            throw;
        }
    }

    private async ValueTask<long> ReadCountAsync(PickleSequence pickles, string member, bool async, CancellationToken cancellationToken)
    {
        var value = await pickles.ReadAsync(this, async, cancellationToken).ConfigureAwait(false);
        if (value is not PyInt number || !number.TryGetInt64(out var count) || count < 0)
        {
            throw Invalid($"the member must start with a count, and starts with {value.Brief}", member, 0);
        }

        return count <= _options.Limits.MaxRecords
            ? count
            : throw new UnsupportedCheckpointException(
                $"the member counts {count.ToString(CultureInfo.InvariantCulture)} records, over the limit of {_options.Limits.MaxRecords} ({nameof(ReadLimits)}.{nameof(ReadLimits.MaxRecords)})")
            {
                File = _source.Name,
                Record = member,
            };
    }

    private void NoteEnd(PickleSequence pickles, ByteSource member, string name)
    {
        if (pickles.Position < member.Length)
        {
            _leftovers.Add(new(name, pickles.Position, member.Length - pickles.Position));
        }
    }

    private void Add(PyValue key, PyValue value, string member, long at)
    {
        if (!TorchPickleHost.TryGetKey(key, out var name) || !_objects.TryAdd(name, value))
        {
            throw Invalid($"{key.Brief} is no key, or that of something before", member, at);
        }
    }

    private InvalidCheckpointException Invalid(string problem, string member, long offset) =>
        new(problem) { File = _source.Name, Record = member, Offset = offset };
}
