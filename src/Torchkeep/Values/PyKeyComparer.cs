using System.Diagnostics.CodeAnalysis;

namespace Torchkeep.Values;

/// <summary>
/// Equality of dictionary keys and set members: leaves by value, tuples by their entries, all else by identity. A tuple
/// nested deeper than any real key is compared by identity too, so that no file can exhaust the call stack.
/// </summary>
internal sealed class PyKeyComparer : IEqualityComparer<PyValue>
{
    internal static readonly PyKeyComparer Instance = new();

    private const int MaxDepth = 16;

    public bool Equals(PyValue? x, PyValue? y) => Equals(x, y, 0);

    public int GetHashCode([DisallowNull] PyValue obj) => obj is PyTuple tuple ? tuple.Items.Length : obj.GetHashCode();

    private static bool Equals(PyValue? x, PyValue? y, int depth)
    {
        if (x is not PyTuple left || y is not PyTuple right || ReferenceEquals(x, y) || depth == MaxDepth)
        {
            return object.Equals(x, y);
        }

        if (left.Items.Length != right.Items.Length)
        {
            return false;
        }

        for (var i = 0; i < left.Items.Length; i++)
        {
            if (!Equals(left.Items[i], right.Items[i], depth + 1))
            {
                return false;
            }
        }

        return true;
    }
}
