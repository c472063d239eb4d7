namespace Torchkeep;

/// <summary>What is said where a value is not what was asked for.</summary>
internal static class Mismatch
{
    internal static InvalidOperationException Unexpected(string expected, PyValue found) => new($"expected {expected}, found {Describe(found)}");

    /// <summary>A value's type; of a number or text the value; of a NumPy array its dtype; of a tensor that TorchSharp does not get, what it is and where its parts are.</summary>
    internal static string Describe(PyValue value) => value switch
    {
        PyCompositeTensor tensor => $"{tensor}, of which TorchSharp gets no tensor; its parts are those of {tensor.GetType().Name}, in 'value'",
        PyObject when value.TryAsArray(out var array) => $"{FileStateEntry.PythonClass(value)} of {array.Type}{Fields(array.Type)}{(value.TryAsTensor(out _) ? "" : ", which no tensor can hold")}",
        PyObject when FileStateEntry.PythonClass(value) == "numpy.ndarray" => "numpy.ndarray that is broken, or of a dtype that is not known",
        PyBool or PyInt or PyFloat or PyString => $"{value.TypeName} {value}",
        _ => value.TypeName,
    };

    private static string Fields(NumpyType type) => type.Fields.Count == 0 ? "" : $" ({string.Join(", ", type.Fields)})";
}
