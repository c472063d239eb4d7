using System.Numerics;
using CsCheck;

namespace Torchkeep.Tests.Torch;

/// <summary>Graphs of every kind of value, with sharing and cycles.</summary>
internal static class RandomValues
{
    private static readonly Gen<PyValue> _leaf = Gen.OneOf(
        Gen.Const((PyValue)PyNone.Value),
        Gen.Bool.Select(value => (PyValue)value),
        Gen.Int[-300, 300].Select(value => (PyValue)value),
        Gen.Long.Select(value => (PyValue)value),
        Gen.Byte.Array[9, 40].Select(bytes => (PyValue)PyInt.From(new BigInteger(bytes))),
        Gen.Double.Select(value => (PyValue)value),
        Gen.Int[0, 4].Select(value => (PyValue)$"key{value}"),
        Gen.String.Select(value => (PyValue)value),
        Gen.Char.Array[0, 5].Select(chars => (PyValue)new string(chars)),
        Gen.Select(Gen.Byte.Array[0, 20], Gen.Bool, (bytes, isByteArray) => (PyValue)new PyBytes(bytes, isByteArray)),
        Gen.Select(Gen.Double, Gen.Double, (real, imaginary) => (PyValue)new PyComplex(new(real, imaginary))),
        Gen.Int[0, 3].Select(number => (PyValue)new PyGlobal("model", $"Class{number}")));

    /// <summary>
    /// Built bottom up: each node takes earlier nodes, and mutable ones are then given any node at all, which makes cycles.
    /// </summary>
    internal static readonly Gen<PyValue> Graph =
        from leaves in _leaf.Array[1, 8]
        from steps in Gen.Select(Gen.Int[0, 9], Gen.Int[0, 1000].Array[0, 5], (kind, picks) => (Kind: kind, Picks: picks)).Array[0, 12]
        from additions in Gen.Select(Gen.Int[0, 1000], Gen.Int[0, 1000], (target, value) => (Target: target, Value: value)).Array[0, 6]
        select Build(leaves, steps, additions);

    private static PyValue Build(PyValue[] leaves, (int Kind, int[] Picks)[] steps, (int Target, int Value)[] additions)
    {
        List<PyValue> nodes = [.. leaves];
        foreach (var (kind, picks) in steps)
        {
            nodes.Add(Make(kind, [.. picks.Select(pick => nodes[pick % nodes.Count])]));
        }

        foreach (var (target, pick) in additions)
        {
            var value = nodes[pick % nodes.Count];
            switch (nodes[target % nodes.Count])
            {
                case PyList list:
                    list.Items.Add(value);
                    break;
                case PyDict dict:
                    dict.Add($"added{dict.Count}", value);
                    break;
                case PyObject record:
                    record.State ??= value;
                    break;
            }
        }

        return nodes[^1];
    }

    private static PyValue Make(int kind, PyValue[] items)
    {
        var arguments = new PyTuple(items);
        switch (kind)
        {
            case 0 or 1:
                return new PyList(items);
            case 2:
                return arguments;
            case 3 or 4:
                var dict = new PyDict(isOrdered: kind == 4);
                Fill(dict, items);
                if (kind == 4 && items.Length > 2)
                {
                    dict.Attributes = new() { { "_metadata", items[0] } };
                }

                return dict;
            case 5:
                // Python's sets hold what has a hash, and sets of ours are compared as Python's are: by their members.
                var set = new PySet(isFrozen: items.Length > 2);
                foreach (var leaf in items.Where(item => item is PyInt or PyString or PyNone))
                {
                    set.Add(leaf);
                }

                return set;
            case 6:
                return new PyObject(PyObjectKind.New, new PyGlobal("model", "New"), arguments);
            case 7:
                var record = new PyObject(PyObjectKind.Call, new PyGlobal("model", "call"), arguments) { Items = new(), Entries = [], State = items.FirstOrDefault() };
                record.Items.Items.AddRange(items);
                Fill(record.Entries, items);
                record.Items = record.Items.Items.Count == 0 ? null : record.Items;
                record.Entries = record.Entries.Count == 0 ? null : record.Entries;
                return record;
            case 8:
                var keywords = new PyDict();
                Fill(keywords, items);
                return new PyObject(PyObjectKind.New, new PyGlobal("model", "Keywords"), arguments, keywords.Count == 0 ? null : keywords);
            default:
                return new PyObject(PyObjectKind.Call, new PyObject(PyObjectKind.Call, new PyGlobal("model", "getattr"), arguments), PyTuple.Empty);
        }
    }

    private static void Fill(PyDict dict, PyValue[] items)
    {
        for (var i = 0; i + 1 < items.Length; i += 2)
        {
            dict[items[i] is PyDict or PyList or PySet ? $"key{i}" : items[i]] = items[i + 1];
        }
    }
}
