namespace Torchkeep.Values;

/// <summary>What messages call a value: its type with an article, and of a tensor what it is instead of a plain one.</summary>
internal static class PythonNouns
{
    internal static string Of(PyValue value) => value switch
    {
        PyNone => "None",
        PyGlobal name => $"the name {name}",
        PyQuantizedTensor tensor => $"a quantized tensor of {Dtype(tensor)}",
        PySparseTensor tensor => $"a sparse tensor ({tensor.Layout})",
        PyNestedTensor tensor => $"a nested tensor of {Dtype(tensor)}",
        PyUninitializedTensor => "a tensor that a lazy module has not made yet",
        PyWrapperTensor { Whole: null } tensor => $"a {tensor.TypeName} of which a part alone is here",
        PyTensor { View.Storage.Location: "meta" } => "a tensor without elements, on meta",
        PyTensor => "a tensor",
        PyObject record => $"an object of {record.ClassName}",
        _ => WithArticle(value.TypeName),
    };

    private static string Dtype(PyCompositeTensor tensor) => tensor.ElementType is { } type ? ElementTypeInfo.Of(type).ToString() : "no known dtype";

    private static string WithArticle(string noun) => noun.Length > 0 && "aeiouAEIO".Contains(noun[0], StringComparison.Ordinal) ? $"an {noun}" : $"a {noun}";
}
