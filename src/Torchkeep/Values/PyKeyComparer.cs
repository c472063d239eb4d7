using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Torchkeep.Values;

/// <summary>
/// Equality of dictionary keys and set members, as Python has it: numbers by value whatever their type, NumPy's too, a NaN by
/// identity, text, bytes and names by value, tuples by their entries, all else by identity. What is larger than any real key goes
/// by identity too, and no hash can be foreseen, so that no file can make an entry costly.
/// </summary>
internal sealed class PyKeyComparer : IEqualityComparer<PyValue>
{
    internal static readonly PyKeyComparer Instance = new();

    /// <summary>Longer texts are equal to themselves alone.</summary>
    internal const int MaxTextLength = 1 << 16;

    private const int MaxByteLength = 1 << 12;
    private const int MaxComparedEntries = 256;

    public bool Equals(PyValue? x, PyValue? y)
    {
        var budget = MaxComparedEntries;
        return Equals(x!, y!, ref budget);
    }

    public int GetHashCode([DisallowNull] PyValue obj) => obj is PyTuple tuple ? HashOfTuple(tuple) : HashOfOther(obj);

    private static bool IsShort(PyString text) => text.Value.Length <= MaxTextLength;

    private static bool Equals(PyValue x, PyValue y, ref int budget)
    {
        if (ReferenceEquals(x, y))
        {
            return true;
        }

        if (--budget < 0)
        {
            return false;
        }

        if (x is PyString text && y is PyString)
        {
            return IsShort(text) && text.Equals(y as PyString);
        }

        return (Simplify(x), Simplify(y)) switch
        {
            (PyString left, PyString right) => IsShort(left) && left.Equals(right),
            (PyInt left, PyInt right) => left.Equals(right) && !IsLarge(left),
            (PyFloat left, PyFloat right) => left.Value == right.Value,
            (PyComplex left, PyComplex right) => left.Value == right.Value,
            (PyBytes left, PyBytes right) => left.Value.Length <= MaxByteLength && left.Equals(right),
            (PyGlobal left, PyGlobal right) => left.Equals(right),
            (PyTuple left, PyTuple right) => HashOfTuple(left) == HashOfTuple(right) && EntriesEqual(left, right, ref budget),
            _ => false,
        };
    }

    private static bool EntriesEqual(PyTuple x, PyTuple y, ref int budget)
    {
        if (x.Items.Length != y.Items.Length)
        {
            return false;
        }

        for (var i = 0; i < x.Items.Length; i++)
        {
            if (!Equals(x.Items[i], y.Items[i], ref budget))
            {
                return false;
            }
        }

        return true;
    }

    // HashCode starts from a number that differs from run to run; the hashes of numbers themselves do not.
    private static int HashOfOther(PyValue value) => value is PyString key && IsShort(key) ? key.GetHashCode() : Simplify(value) switch
    {
        PyInt number when number.TryGetInt64(out var value64) => HashOf(value64),
        PyInt number when !IsLarge(number) => number.GetHashCode(),
        PyFloat number when !double.IsNaN(number.Value) => HashOf(BitConverter.DoubleToInt64Bits(number.Value)),
        PyComplex { Value: var number } when !double.IsNaN(number.Real) && !double.IsNaN(number.Imaginary) =>
            HashCode.Combine(HashOf(BitConverter.DoubleToInt64Bits(number.Real + 0.0)), HashOf(BitConverter.DoubleToInt64Bits(number.Imaginary + 0.0))),
        PyBytes bytes when bytes.Value.Length <= MaxByteLength => bytes.GetHashCode(),
        PyString text when IsShort(text) => text.GetHashCode(),
        PyGlobal name => name.GetHashCode(),
        _ => RuntimeHelpers.GetHashCode(value),
    };

    // Entries first, by a stack of our own: a file can nest tuples without end.
    private static int HashOfTuple(PyTuple root)
    {
        if (root.KeyHash is { } known)
        {
            return known;
        }

        var pending = new Stack<PyTuple>([root]);
        while (pending.TryPeek(out var tuple))
        {
            var count = pending.Count;
            if (tuple.KeyHash is null)
            {
                foreach (var item in tuple.Items)
                {
                    if (item is PyTuple { KeyHash: null } inner)
                    {
                        pending.Push(inner);
                    }
                }
            }

            if (pending.Count == count)
            {
                pending.Pop();
                tuple.KeyHash ??= HashOfEntries(tuple);
            }
        }

        return root.KeyHash!.Value;
    }

    private static int HashOfEntries(PyTuple tuple)
    {
        var hash = default(HashCode);
        foreach (var item in tuple.Items)
        {
            hash.Add(item is PyTuple inner ? inner.KeyHash!.Value : HashOfOther(item));
        }

        return hash.ToHashCode();
    }

    // Of a number as a whole .NET's own hash can be foreseen, of its halves not.
    private static int HashOf(long bits) => HashCode.Combine((int)bits, (int)(bits >> 32));

    /// <summary>The plainest number that Python calls equal, or the text or bytes of NumPy's; all else as it is.</summary>
    private static PyValue Simplify(PyValue value) => value switch
    {
        PyBool truth => PyInt.From(truth.Value ? 1 : 0),
        PyFloat number when double.IsInteger(number.Value) => PyInt.From(new BigInteger(number.Value)),
        PyComplex { Value.Imaginary: 0 } number => Simplify(new PyFloat(number.Value.Real)),
        PyObject when NumpyReader.Key(value, MaxByteLength) is { } plain => Simplify(plain),
        _ => value,
    };

    private static bool IsLarge(PyInt number) => !number.TryGetInt64(out _) && number.Value.GetByteCount() > MaxByteLength;
}
