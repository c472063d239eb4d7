namespace Torchkeep.Torch.Rebuild;

/// <summary>
/// TorchScript's typed lists and dictionaries (torch/jit/_pickle.py): the same list or dictionary to Python, and the type
/// is a matter of the code alone.
/// </summary>
internal static class RebuildScriptContainer
{
    internal static PyValue? List(TorchPickleHost host, PyTuple arguments) => arguments.Items switch
    {
        [PyList list] => list,
        _ => null,
    };

    internal static PyValue? Tagged(TorchPickleHost host, PyTuple arguments) => arguments.Items switch
    {
        [PyList or PyDict, PyString] => arguments.Items[0],
        _ => null,
    };
}
