using System.Text;
using Torchkeep.IO;
using Torchkeep.Pickle;
using Torchkeep.Tensors;
using Torchkeep.Torch.Rebuild;

namespace Torchkeep.Torch;

/// <summary>What names and persistent ids of a torch pickle stand for. Storages keep their identity by key.</summary>
internal sealed class TorchPickleHost(
    IStorageLookup storages, ReadLimits limits, TensorNames? names = null, Python2Text python2Text = Python2Text.Utf8OrBytes,
    FileBudget? budget = null, ITensorReferences? references = null) : IPickleHost
{
    private readonly Dictionary<string, PyStorage> _byKey = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PyStorage> _windows = new(StringComparer.Ordinal);

    private readonly HashSet<PyTensor> _references = new(ReferenceEqualityComparer.Instance);

    internal ReadLimits Limits => limits;

    internal ITensorReferences? References => references;

    internal TensorNames? Names => names;

    internal FileBudget? Budget => budget;

    public Python2Text Python2Text => python2Text;

    public PyValue? Call(PyGlobal callable, PyTuple arguments) =>
        TorchGlobals.Builders.TryGetValue(TorchNames.ToPython3(callable), out var build) ? build(this, arguments) : null;

    public PyValue? New(PyGlobal type, PyTuple arguments) =>
        TorchGlobals.NewBuilders.TryGetValue(TorchNames.ToPython3(type), out var build) ? build(this, arguments) : null;

    /// <summary>A member of a TorchScript enum is its class and its value (torch/csrc/jit/serialization/pickler.cpp, <c>pushIValueImpl</c>).</summary>
    public bool TakesBareArgument(PyGlobal callable) => callable.Module == TorchNames.ScriptClasses || callable.Module.StartsWith($"{TorchNames.ScriptClasses}.", StringComparison.Ordinal);

    public bool TryBuild(PyValue target, PyValue state) =>
        target is PyTensor tensor && (RebuildReference.TryBuild(this, tensor, state) || RebuildTensorClass.TryBuild(this, tensor, state) || RebuildVariable.TryBuild(tensor, state));

    public PyValue LoadPersistent(PyValue id)
    {
        // The class of a module, which the stream format gives with its source.
        if (id is PyTuple { Items: [var moduleTag, PyGlobal module, _, _] } && TextOf(moduleTag) == TorchNames.ModuleTag)
        {
            return module;
        }

        if (id is not PyTuple { Items: [var tag, var storageClass, var key, var device, PyInt count, .. var window] }
            || TextOf(tag) != TorchNames.StorageTag
            || TextOf(device) is not { } location
            || !count.TryGetInt64(out var elements)
            || elements < 0
            || window.Length > 1
            || !TryGetKey(key, out var name))
        {
            TorchThrow.BadPersistentId(id);
            return null!;
        }

        // As in PyTorch the first mention decides on the class: later ones name the same memory.
        if (!_byKey.TryGetValue(name, out var storage))
        {
            storage = Open(storageClass, name, location, elements);
            _byKey.Add(name, storage);
        }

        return window is [] or [PyNone] ? storage : Window(storage, ElementTypeOf(storageClass), window[0]);
    }

    internal PyTensor AddReference(PyTensor tensor)
    {
        _references.Add(tensor);
        return tensor;
    }

    internal bool IsReference(PyTensor tensor) => _references.Contains(tensor);

    /// <summary>How a storage is found again: by a text that old files may write as a number.</summary>
    internal static bool TryGetKey(PyValue key, out string name)
    {
        // PyTorch counts its storages. A key is looked up as often as the pickle names it.
        const int MaxLength = 1024;
        name = TextOf(key) ?? key.Brief;
        return (key is PyString or PyInt || TextOf(key) is not null) && name.Length <= MaxLength;
    }

    // Of Python 2 it may be bytes (torch/serialization.py, maybe_decode_ascii).
    internal static string? TextOf(PyValue value) => value switch
    {
        PyString text => text.Value,
        PyBytes bytes when Ascii.IsValid(bytes.Value.Span) => Encoding.ASCII.GetString(bytes.Value.Span),
        _ => null,
    };

    // A part of a storage that has a key of its own, as PyTorch wrote before 0.4.
    private PyStorage Window(PyStorage whole, ElementType? type, PyValue window)
    {
        if (window is not PyTuple { Items: [var key, PyInt offset, PyInt count] }
            || !TryGetKey(key, out var name)
            || !offset.TryGetInt64(out var first)
            || !count.TryGetInt64(out var elements))
        {
            TorchThrow.BadWindow(window);
            return null!;
        }

        if (_windows.TryGetValue(name, out var known))
        {
            return known;
        }

        var size = ElementTypeInfo.Of(type ?? ElementType.UInt8).ByteSize;
        var all = whole.Storage.ByteLength / size;
        if (first < 0 || elements < 0 || first > all - elements)
        {
            TorchThrow.WindowOutside(first, elements, all);
        }

        budget?.AddSharedStorage(elements * size);
        ByteSource bytes = whole.Storage.HasBytes
            ? new SliceByteSource(whole.Storage.Bytes, first * size, elements * size)
            : new MetaByteSource(elements * size);
        PyStorage part = new(new TensorStorage(bytes, whole.Storage.Location, type, whole.Storage.IsBigEndian), type);
        _windows.Add(name, part);
        return part;
    }

    private PyStorage Open(PyValue storageClass, string key, string location, long elements)
    {
        var type = ElementTypeOf(storageClass);
        var info = ElementTypeInfo.Of(type ?? ElementType.UInt8);
        if (elements > long.MaxValue / info.ByteSize)
        {
            TorchThrow.StorageTooLarge(elements, info);
        }

        if (location == TorchNames.MetaLocation)
        {
            return new(new TensorStorage(new MetaByteSource(elements * info.ByteSize), location, type, bigEndian: false), type);
        }

        var bytes = storages.Find(key, elements, info);
        if (elements * info.ByteSize != bytes.Length)
        {
            TorchThrow.WrongStorageSize(bytes.Record ?? key, bytes.Length, elements, info);
        }

        return new(new TensorStorage(bytes, location, type, storages.IsBigEndian), type);
    }

    // The module is not looked at: torch, torch.cuda and others name the same classes.
    internal static ElementType? ElementTypeOf(PyValue storageClass)
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

        if (!ElementTypeTable.ByStorageClass.TryGetValue(global.Name, out var info))
        {
            TorchThrow.UnknownStorageClass(global);
        }

        return info!.Type;
    }
}
