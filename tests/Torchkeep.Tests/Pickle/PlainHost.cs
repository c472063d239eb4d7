using Torchkeep.Pickle;
using Torchkeep.Torch;

namespace Torchkeep.Tests.Pickle;

/// <summary>Python's own data as torch has it, and persistent ids as they are.</summary>
internal sealed class PlainHost : IPickleHost
{
    private readonly TorchPickleHost _torch = new(new NoStorages(), ReadLimits.Default);

    public PyValue? Call(PyGlobal callable, PyTuple arguments) => _torch.Call(callable, arguments);

    public bool TryBuild(PyValue target, PyValue state) => _torch.TryBuild(target, state);

    public PyValue LoadPersistent(PyValue id) => new PyObject(PyObjectKind.Call, new PyGlobal("test", "persistent"), new PyTuple(id));

    internal static PyValue Run(ReadOnlySpan<byte> pickle, ReadLimits? limits = null)
    {
        var position = 0;
        return PickleMachine.Run(pickle, ref position, "data.pkl", new PlainHost(), limits ?? ReadLimits.Default);
    }

    private sealed class NoStorages : IStorageLookup
    {
        public bool IsBigEndian => false;

        public ByteSource Find(string key, long elements, ElementTypeInfo type) => throw new InvalidOperationException("no pickle of plain objects has storages");
    }
}
