using Torchkeep.Cli.Output;

namespace Torchkeep.Cli.Modules;

/// <summary>Settings as Python writes them.</summary>
internal static class PythonText
{
    private const int MaxLength = 200;

    /// <summary>As <c>repr()</c>; of an object of an unknown class its class.</summary>
    internal static string Repr(PyValue value) =>
        value is PyObject { Repr: null } record ? TextCut.Start(record.ClassName, MaxLength) : value.ToPython(MaxLength);

    /// <summary>As <c>str()</c>, which leaves a text as it is.</summary>
    internal static string Str(PyValue value) => value is PyString text ? TextCut.Start(text.Value, MaxLength) : Repr(value);

    /// <summary>The numbers of a tuple, list or <c>torch.Size</c>; null for anything else.</summary>
    internal static IReadOnlyList<PyValue>? ItemsOf(PyValue? value) => value switch
    {
        PyTuple tuple => tuple.Items,
        PyList list => list.Items,
        PyObject { Callable: PyGlobal { Module: "torch", Name: "Size" }, Arguments.Items: [PyTuple sizes] } => sizes.Items,
        _ => null,
    };
}
