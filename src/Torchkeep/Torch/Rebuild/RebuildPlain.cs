using System.Numerics;
using System.Text;

namespace Torchkeep.Torch.Rebuild;

/// <summary>Python's own data that protocol 2 has no opcode for, and so spells as calls.</summary>
internal static class RebuildPlain
{
    internal static PyValue? OrderedDict(TorchPickleHost host, PyTuple arguments)
    {
        // Python 3 gives no arguments; Python 2 gives all entries as a list of [key, value] lists.
        if (arguments.Items is not ([] or [PyList]))
        {
            return null;
        }

        var dict = new PyDict(isOrdered: true);
        if (arguments.Items is not [PyList pairs])
        {
            return dict;
        }

        foreach (var pair in pairs.Items)
        {
            if (pair is PyList { Items: [var key, var value] })
            {
                dict[key] = value;
            }
            else if (pair is PyTuple { Items: [var tupleKey, var tupleValue] })
            {
                dict[tupleKey] = tupleValue;
            }
            else
            {
                return null;
            }
        }

        return dict;
    }

    internal static PyValue? EncodedBytes(TorchPickleHost host, PyTuple arguments) => arguments.Items switch
    {
        [PyString text, PyString { Value: "latin1" or "latin-1" or "iso-8859-1" }] when text.Value.All(c => c <= 0xff) =>
            new PyBytes(Encoding.Latin1.GetBytes(text.Value), isByteArray: false),
        _ => null,
    };

    internal static PyValue? Bytes(TorchPickleHost host, PyTuple arguments) => arguments.Items switch
    {
        [] => new PyBytes([], isByteArray: false),
        [PyList list] when ToBytes(list) is { } bytes => new PyBytes(bytes, isByteArray: false),
        _ => null,
    };

    internal static PyValue? ByteArray(TorchPickleHost host, PyTuple arguments) => arguments.Items switch
    {
        [] => new PyBytes([], isByteArray: true),
        [PyBytes bytes] => new PyBytes(bytes.Value.Span, isByteArray: true),
        [PyList list] when ToBytes(list) is { } bytes => new PyBytes(bytes, isByteArray: true),

        // Python 2 and early 3 give text and its encoding.
        [PyString, PyString] when EncodedBytes(host, arguments) is PyBytes bytes => new PyBytes(bytes.Value.Span, isByteArray: true),
        _ => null,
    };

    internal static PyValue? Set(TorchPickleHost host, PyTuple arguments) => Set(arguments, isFrozen: false);

    internal static PyValue? FrozenSet(TorchPickleHost host, PyTuple arguments) => Set(arguments, isFrozen: true);

    internal static PyValue? Complex(TorchPickleHost host, PyTuple arguments) => arguments.Items switch
    {
        [PyFloat real, PyFloat imaginary] => new PyComplex(new Complex(real.Value, imaginary.Value)),
        _ => null,
    };

    // Protocol 4 has an opcode for it: the record is the same.
    internal static PyValue? NewObjEx(TorchPickleHost host, PyTuple arguments) => arguments.Items switch
    {
        [PyGlobal type, PyTuple positional, PyDict keywords] => new PyObject(PyObjectKind.New, type, positional, keywords.Count == 0 ? null : keywords),
        _ => null,
    };

    private static PySet? Set(PyTuple arguments, bool isFrozen)
    {
        if (arguments.Items is not ([] or [PyList]))
        {
            return null;
        }

        var set = new PySet(isFrozen);
        foreach (var item in arguments.Items is [PyList items] ? items.Items : [])
        {
            set.Add(item);
        }

        return set;
    }

    private static byte[]? ToBytes(PyList list) =>
        list.Items.All(item => item is PyInt number && number.TryGetInt64(out var value) && value is >= 0 and <= byte.MaxValue)
            ? [.. list.Items.Select(item => (byte)item.AsInt64())]
            : null;
}
