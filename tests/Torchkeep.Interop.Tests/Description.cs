using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;

namespace Torchkeep.Interop.Tests;

/// <summary>
/// Describes an object line by line as judge.py does: what is equal line by line is equal bit by bit, in its sharing and in
/// its order.
/// </summary>
internal sealed class Description
{
    private const int BufferSize = 1 << 24;

    // Protocol 2 spells these as Python 2 does (CPython Lib/_compat_pickle.py).
    private static readonly Dictionary<string, string> _python2 = new()
    {
        ["__builtin__.xrange"] = "builtins.range",
        ["__builtin__.long"] = "builtins.int",
        ["__builtin__.unicode"] = "builtins.str",
    };

    private readonly List<string> _lines = [];
    private readonly Dictionary<object, int> _numbers = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<TensorStorage, int> _storages = new(ReferenceEqualityComparer.Instance);
    private readonly byte[] _buffer = new byte[BufferSize];

    private delegate void ReadPart(long offset, Span<byte> bytes);

    internal static List<string> Of(PyValue root) => new Description().Describe(root);

    private List<string> Describe(PyValue root)
    {
        var pending = new Stack<(string Path, PyValue Value)>([("$", root)]);
        while (pending.TryPop(out var next))
        {
            var children = new List<(string Step, PyValue Value)>();
            _lines.Add($"{next.Path} = {Visit(next.Value, children)}");
            for (var i = children.Count - 1; i >= 0; i--)
            {
                pending.Push((next.Path + children[i].Step, children[i].Value));
            }
        }

        return _lines;
    }

    private string Visit(PyValue value, List<(string Step, PyValue Value)> children)
    {
        if (LeafText(value) is { } leaf)
        {
            return leaf;
        }

        if (value is PySet { IsFrozen: true })
        {
            return FlatText(value);
        }

        if (_numbers.TryGetValue(value, out var known))
        {
            return $"as #{known}";
        }

        var number = _numbers[value] = _numbers.Count;
        return $"{VisitNew(value, children)} #{number}";
    }

    private string VisitNew(PyValue value, List<(string Step, PyValue Value)> children)
    {
        switch (value)
        {
            case PyList list:
                AddItems(list.Items);
                return $"list of {list.Items.Count}";
            case PyTuple tuple:
                AddItems(tuple.Items);
                return $"tuple of {tuple.Items.Length}";
            case PyDict dict:
                AddEntries(dict);
                AddAttributes(dict.Attributes);
                return $"{dict.TypeName} of {dict.Count}";
            case PySet:
                return FlatText(value);
            case PyBytes bytes:
                return $"bytearray {Convert.ToHexStringLower(bytes.Value.Span)}";
            case PyStorage storage:
                return $"storage {(storage.ElementType is { } type ? ElementTypeInfo.Of(type) : "untyped")} {Storage(storage.Storage)}";
            case PyTensor tensor:
                AddAttributes(tensor.State);
                return tensor.View.Storage.Location == "meta" ? Meta(tensor) : Tensor(tensor);
            case PyUninitializedTensor uninitialized:
                return $"{uninitialized.TypeName} requires_grad={uninitialized.RequiresGrad}";
            case PyNestedTensor { IsJagged: true } nested:
                children.AddRange(nested.Parts.Select(part => ($".{part.Key}", (PyValue)new PyTensor(part.Value.View))));
                return $"{nested.TypeName} torch.jagged ragged={nested.RaggedIndex} requires_grad={nested.RequiresGrad}";
            case PyNestedTensor nested:
                children.AddRange(nested.Parts.Select((part, i) => ($"[{i}]", (PyValue)part.Value)));
                AddAttributes(nested.State);
                return $"{nested.TypeName} nested {ElementTypeInfo.Of(nested.Values.View.ElementType)}";
            case PySparseTensor sparse:
                children.AddRange(sparse.Parts.Select((part, i) => ($"[{i}]", (PyValue)part.Value)));
                AddAttributes(sparse.State);
                return $"{sparse.TypeName} {sparse.Layout} {ElementTypeInfo.Of(sparse.Values.View.ElementType)} shape=[{string.Join(", ", sparse.Shape)}]"
                    + (sparse.IsParameter ? $" requires_grad={sparse.RequiresGrad}" : "");
            case PyQuantizedTensor quantized:
                children.AddRange(quantized.Scales is null ? [] : [(".scales", quantized.Scales), (".zeros", (PyValue)quantized.ZeroPoints!)]);
                AddAttributes(quantized.State);
                return Quantized(quantized);
            case PyWrapperTensor wrapper:
                AddAttributes(wrapper.State);
                return $"{wrapper.TypeName} around {ElementTypeInfo.Of(wrapper.ElementType!.Value)} shape=[{string.Join(", ", wrapper.Shape)}] requires_grad={wrapper.RequiresGrad}";
            case PyObject record:
                for (var i = 0; i < record.Arguments.Items.Length; i++)
                {
                    children.Add(($"({i})", record.Arguments.Items[i]));
                }

                AddItems(record.Items?.Items ?? []);
                AddEntries(record.Entries ?? []);
                AddAttributes(record.State);
                return $"{(record.Kind == PyObjectKind.New ? "new" : "call")} {LeafText(record.Callable)}";
            default:
                throw new NotSupportedException($"a {value.TypeName} is not described");
        }

        void AddItems(IReadOnlyList<PyValue> items)
        {
            for (var i = 0; i < items.Count; i++)
            {
                children.Add(($"[{i}]", items[i]));
            }
        }

        void AddEntries(PyDict entries)
        {
            foreach (var (key, entry) in entries)
            {
                children.Add(($"[{FlatText(key)}]", entry));
            }
        }

        void AddAttributes(PyValue? state)
        {
            if (state is PyDict attributes)
            {
                foreach (var (key, entry) in attributes)
                {
                    children.Add(($".{key.AsString()}", entry));
                }
            }
            else if (state is not null)
            {
                children.Add((".state", state));
            }
        }
    }

    private string Tensor(PyTensor tensor)
    {
        var view = tensor.View;
        return $"{tensor.TypeName} {ElementTypeInfo.Of(view.ElementType)} shape=[{string.Join(", ", view.Shape)}] strides=[{string.Join(", ", view.Strides)}] "
            + $"offset={view.StorageOffset} requires_grad={tensor.RequiresGrad} conj={view.IsConjugated} neg={view.IsNegated} "
            + $"{Storage(view.Storage)} sha256={Sha256(view.ByteLength, (offset, bytes) => view.ReadBytes(bytes, offset))}";
    }

    private static string Meta(PyTensor tensor) =>
        $"{tensor.TypeName} meta {ElementTypeInfo.Of(tensor.View.ElementType)} shape=[{string.Join(", ", tensor.View.Shape)}] strides=[{string.Join(", ", tensor.View.Strides)}] requires_grad={tensor.RequiresGrad}";

    private string Quantized(PyQuantizedTensor tensor)
    {
        var view = tensor.Integers;
        var isPacked = tensor.Shape.Length != view.Shape.Length;
        long[] strides = isPacked ? [.. tensor.Shape.Select((_, i) => tensor.Shape.AsSpan()[(i + 1)..].ToArray().Aggregate(1L, (product, size) => product * size))] : [.. view.Strides];
        var scheme = tensor.Scales is null ? $"scale={Bits(tensor.Scale)} zero={tensor.ZeroPoint}" : $"axis={tensor.Axis}";
        return $"{tensor.TypeName} {ElementTypeInfo.Of(view.ElementType)} shape=[{string.Join(", ", tensor.Shape)}] strides=[{string.Join(", ", strides)}] offset={view.StorageOffset} "
            + $"requires_grad={tensor.RequiresGrad} {tensor.Scheme} {scheme} {Storage(view.Storage)} int_repr={Sha256(view.ByteLength, (offset, bytes) => view.ReadBytes(bytes, offset))}";
    }

    private string Storage(TensorStorage storage)
    {
        if (_storages.TryGetValue(storage, out var known))
        {
            return $"as s{known}";
        }

        var number = _storages[storage] = _storages.Count;
        return $"s{number}({storage.Location}, {storage.ByteLength} bytes, sha256={Sha256(storage.ByteLength, storage.Bytes.Read)})";
    }

    private string Sha256(long length, ReadPart read)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (long done = 0; done < length; done += BufferSize)
        {
            var part = _buffer.AsSpan(0, (int)Math.Min(BufferSize, length - done));
            read(done, part);
            hash.AppendData(part);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static string? LeafText(PyValue value) => value switch
    {
        PyNone => "None",
        PyBool truth => truth.Value ? "True" : "False",
        PyInt number => $"int {Integer(number.Value)}",
        PyFloat number => $"float {Bits(number.Value)}",
        PyComplex number => $"complex {Bits(number.Value.Real)} {Bits(number.Value.Imaginary)}",
        PyString text => $"str {Quoted(text.Value)}",
        PyBytes { IsByteArray: false } bytes => $"bytes {Convert.ToHexStringLower(bytes.Value.Span)}",
        PyTuple { Items.IsEmpty: true } => "tuple of 0",
        PyGlobal global => $"global {Name(global)}",
        _ => null,
    };

    private static string FlatText(PyValue value) => LeafText(value) ?? value switch
    {
        PySet set => $"{set.TypeName} {{{string.Join(", ", set.Items.Select(FlatText).Order(StringComparer.Ordinal))}}}",
        PyTuple tuple => $"({string.Join(", ", tuple.Items.Select(FlatText))})",
        _ => $"a key of type {value.TypeName}",
    };

    private static string Name(PyGlobal global)
    {
        var name = $"{global.Module}.{global.Name}";
        return _python2.GetValueOrDefault(name)
            ?? name.Replace("__builtin__.", "builtins.", StringComparison.Ordinal).Replace("copy_reg.", "copyreg.", StringComparison.Ordinal);
    }

    private static string Integer(BigInteger value) => BigInteger.Abs(value) < BigInteger.One << 256
        ? value.ToString(CultureInfo.InvariantCulture)
        : $"{(value.Sign < 0 ? "-" : "")}0x{BigInteger.Abs(value).ToString("x", CultureInfo.InvariantCulture).TrimStart('0')}";

    private static string Bits(double value) => BitConverter.DoubleToInt64Bits(value).ToString("x16", CultureInfo.InvariantCulture);

    private static string Quoted(string text) =>
        $"\"{string.Concat(text.Select(unit => unit is >= ' ' and < '\x7f' and not ('"' or '\\') ? unit.ToString() : $"\\u{(int)unit:x4}"))}\"";
}
