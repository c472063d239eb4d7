using Torchkeep.Pickle;

namespace Torchkeep.Torch;

/// <summary>What names and persistent ids of a torch pickle stand for. Storages keep their identity by key.</summary>
internal sealed class TorchPickleHost(IStorageLookup storages, ReadLimits limits) : IPickleHost
{
    private readonly Dictionary<string, PyStorage> _byKey = new(StringComparer.Ordinal);

    internal ReadLimits Limits => limits;

    public PyValue? Call(PyGlobal callable, PyTuple arguments) =>
        TorchGlobals.Builders.TryGetValue(TorchNames.ToPython3(callable), out var build) ? build(this, arguments) : null;

    public PyValue LoadPersistent(PyValue id)
    {
        if (id is not PyTuple { Items: [PyString { Value: TorchNames.StorageTag }, var storageClass, var key, PyString location, PyInt count] }
            || key is not (PyString or PyInt)
            || !count.TryGetInt64(out var elements)
            || elements < 0)
        {
            TorchThrow.BadPersistentId(id);
            return null!;
        }

        // As in PyTorch the first mention decides on the class: later ones name the same memory.
        var name = key is PyString text ? text.Value : key.ToString()!;
        if (!_byKey.TryGetValue(name, out var storage))
        {
            storage = Open(storageClass, name, location.Value, elements);
            _byKey.Add(name, storage);
        }

        return storage;
    }

    private PyStorage Open(PyValue storageClass, string key, string location, long elements)
    {
        var type = ElementTypeOf(storageClass);
        var info = ElementTypeInfo.Of(type ?? ElementType.UInt8);
        if (location == TorchNames.MetaLocation)
        {
            return new(new TensorStorage(new MetaByteSource(checked(elements * info.ByteSize)), location, type, bigEndian: false), type);
        }

        var bytes = storages.Find(key, out var record);
        if ((Int128)elements * info.ByteSize != bytes.Length)
        {
            TorchThrow.WrongStorageSize(record, bytes.Length, elements, info);
        }

        return new(new TensorStorage(bytes, location, type, storages.IsBigEndian), type);
    }

    // The module is not looked at: torch, torch.cuda and others name the same classes.
    private static ElementType? ElementTypeOf(PyValue storageClass)
    {
        if (storageClass is not PyGlobal global)
        {
            TorchThrow.BadPersistentId(storageClass);
            return null;
        }

        if (global.Name == TorchNames.UntypedStorage)
        {
            return null;
        }

        if (!Tensors.ElementTypeTable.ByStorageClass.TryGetValue(global.Name, out var info))
        {
            TorchThrow.UnknownStorageClass(global);
        }

        return info!.Type;
    }
}
