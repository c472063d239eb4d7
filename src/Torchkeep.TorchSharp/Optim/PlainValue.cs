namespace Torchkeep;

/// <summary>Copies values out of a file that may be closed before they are saved again. NumPy's numbers, which <c>torch.load</c> refuses, become Python's.</summary>
internal static class PlainValue
{
    private const int MaxDepth = 16;

    /// <exception cref="FormatException">There is something in it that is neither plain nor a tensor, or it is nested too deeply.</exception>
    internal static PyValue Copy(PyValue value) => Copy(value, MaxDepth, new(ReferenceEqualityComparer.Instance));

    // A list can be named many times, and is copied once.
    private static PyValue Copy(PyValue value, int depth, Dictionary<PyValue, PyValue> copies)
    {
        if (copies.TryGetValue(value, out var known))
        {
            return known;
        }

        if (depth == 0)
        {
            throw new FormatException($"expected at most {MaxDepth} levels of lists, tuples and dictionaries, found more");
        }

        switch (PyNumber.WithoutNumpy(value))
        {
            case (PyNone or PyBool or PyInt or PyFloat or PyString or PyBytes) and var plain:
                return plain;
            case PyTuple tuple:
                return copies[value] = new PyTuple([.. tuple.Items.Select(item => Copy(item, depth - 1, copies))]);
            case PyList list:
                return copies[value] = new PyList(list.Items.Select(item => Copy(item, depth - 1, copies)));
            case PyDict dict:
                var copy = new PyDict(dict.IsOrdered);
                foreach (var (key, entry) in dict)
                {
                    copy[key] = Copy(entry, depth - 1, copies);
                }

                return copies[value] = copy;
            case PyTensor tensor:
                return copies[value] = new PyTensor(Copy(tensor.View), tensor.RequiresGrad, tensor.IsParameter);
            default:
                throw new FormatException($"expected plain values and tensors, found {PyNumber.Describe(value)}");
        }
    }

    private static TensorView Copy(TensorView view)
    {
        var bytes = new byte[view.ByteLength];
        view.ReadBytes(bytes);
        return new(TensorStorage.FromArray(bytes), view.ElementType, view.Shape.AsSpan());
    }
}
