using Torchkeep.Cli.Output;

namespace Torchkeep.Cli.Modules;

/// <summary>Settings as Python writes them.</summary>
internal static class PythonText
{
    private const int MaxLength = 200;
    private const int MaxItems = 20;

    /// <summary>As <c>repr()</c>.</summary>
    internal static string Repr(PyValue value) => TextCut.Start(
        value switch
        {
            PyTuple { Items: [var single] } => $"({Item(single)},)",
            PyTuple tuple => $"({Items(tuple.Items)})",
            PyList list => $"[{Items(list.Items)}]",
            PyObject record => record.Repr ?? record.ClassName,
            _ => value.ToString()!,
        },
        MaxLength);

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

    private static string Items(IReadOnlyList<PyValue> items) =>
        string.Join(", ", items.Take(MaxItems).Select(Item)) + (items.Count > MaxItems ? ", ..." : "");

    // One level: deeper ones stand for themselves.
    private static string Item(PyValue value) => value is PyTuple or PyList ? $"<{value.TypeName}>" : value is PyObject record ? record.Repr ?? record.ClassName : value.ToString()!;
}
