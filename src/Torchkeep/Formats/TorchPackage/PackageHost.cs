using Torchkeep.Pickle;
using Torchkeep.Torch;

namespace Torchkeep.Formats.TorchPackage;

/// <summary>What is said in a package's pickles: as in those of <c>torch.save</c>, and objects that pack themselves.</summary>
/// <param name="torch">The one of the archive, by which its pickles share storages.</param>
internal sealed class PackageHost(TorchPickleHost torch) : IPickleHost
{
    // torch/package/package_exporter.py, _persistent_id: (tag, number, function, arguments).
    private const string ReduceTag = "reduce_package";

    public Python2Text Python2Text => torch.Python2Text;

    public PyValue? Call(PyGlobal callable, PyTuple arguments) => torch.Call(callable, arguments);

    public PyValue? New(PyGlobal type, PyTuple arguments) => torch.New(type, arguments);

    public bool TryBuild(PyValue target, PyValue state) => torch.TryBuild(target, state);

    public PyValue LoadPersistent(PyValue id) => id is PyTuple { Items: [PyString { Value: ReduceTag }, _, var function, PyTuple arguments] }
        ? new PyObject(PyObjectKind.Call, function, arguments)
        : torch.LoadPersistent(id);
}
