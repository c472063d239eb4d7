using System.Diagnostics.CodeAnalysis;

namespace Torchkeep.Values;

/// <summary>What records of Python's containers hold.</summary>
internal static class PythonContainers
{
    internal static IReadOnlyList<PyValue>? Items(PyValue value)
    {
        switch (value)
        {
            case PyList list:
                return list.Items;
            case PyTuple tuple:
                return tuple.Items;
            case PySet set:
                return set.Items;
            case PyObject record:
                return (PythonNames.Of(record), record) switch
                {
                    ("torch.Size", { Arguments.Items: [PyTuple sizes] }) => sizes.Items,
                    ("collections.deque", { Items: null, Arguments.Items: [PyTuple or PyList, ..] }) => Items(record.Arguments.Items[0]),
                    ("collections.deque", { Items: null, Arguments.Items: [] }) => [],

                    // Protocols 0 and 1 name the base class, and what it was to be made of.
                    ("copyreg._reconstructor", { Arguments.Items: [_, PyGlobal { Name: "tuple" or "list" }, PyTuple or PyList] }) => Items(record.Arguments.Items[2]),
                    (_, { Items: { } items }) => items.Items,

                    // A namedtuple: a class and its fields.
                    (_, { Kind: PyObjectKind.New, Arguments.Items: { IsEmpty: false } fields, State: null, Entries: null, KeywordArguments: null }) => fields,
                    _ => null,
                };
            default:
                return null;
        }
    }

    /// <summary>The most entries that a deque keeps, or null for any number.</summary>
    internal static PyInt? MaxLength(PyObject deque) => deque.Arguments.Items is [_, PyInt length] ? length : null;

    internal static PyDict? Entries(PyValue value) => value switch
    {
        PyDict dict => dict,
        PyObject { Entries: { } entries } => entries,
        PyObject record => (PythonNames.Of(record), record.Arguments.Items) switch
        {
            ("collections.Counter", [PyDict counts]) => counts,
            ("collections.Counter" or "collections.defaultdict", _) => [],
            ("collections.UserDict" or "UserDict.UserDict" or "UserDict.IterableUserDict", _) when OfState(record.State) is { } fields && fields.TryGet("data", out var data) => Entries(data),
            ("copyreg._reconstructor", [_, PyGlobal { Name: "dict" }, PyDict entries]) => entries,
            _ => null,
        },
        _ => null,
    };

    /// <summary>The entries; of a record without entries its attributes; null where it has neither.</summary>
    internal static PyDict? Mapping(PyValue value) => Entries(value) ?? (value is PyObject { State: not (null or PyNone) } ? Attributes(value) : null);

    /// <summary>What a string key leads to: of a record first an entry, then an attribute.</summary>
    internal static bool TryGet(PyValue value, string name, [NotNullWhen(true)] out PyValue? found)
    {
        found = null;
        var key = new PyString(name);
        return (Entries(value)?.TryGet(key, out found) ?? false) || (value is PyObject && (Attributes(value)?.TryGet(key, out found) ?? false));
    }

    internal static PyDict? Attributes(PyValue value) => value switch
    {
        PyDict dict => dict.Attributes ?? [],
        PyTensor tensor => OfState(tensor.State),
        PyCompositeTensor tensor => OfState(tensor.State),
        PyObject record => OfState(record.State),
        _ => null,
    };

    // A dict; or a dict or None and the slots (CPython Lib/copyreg.py, __reduce_ex__).
    private static PyDict? OfState(PyValue? state)
    {
        switch (state)
        {
            case null or PyNone:
                return [];
            case PyDict attributes:
                return attributes;
            case PyTuple { Items: [PyNone, PyDict slots] }:
                return slots;
            case PyTuple { Items: [PyDict attributes, PyDict slots] }:
                PyDict all = [];
                foreach (var (key, entry) in attributes.Concat(slots))
                {
                    all[key] = entry;
                }

                return all;
            default:
                return null;
        }
    }
}
