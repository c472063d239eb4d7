using System.Buffers;
using System.Text;

namespace Torchkeep.Values;

/// <summary>
/// The text of a dictionary's key in a path: Python's own spelling where the key is plain data, else what it is in angle
/// brackets, which several keys can share. No text ends as a number of <see cref="PySiblings"/> does, and brackets and
/// quotes in it are closed, so that a path is read in one way.
/// </summary>
internal static class PyKeyText
{
    /// <summary>A key that is no string and longer is not written out. A file can nest one tuple in another without end.</summary>
    internal const int MaxLength = 4096;

    private const int MaxDepth = 32;
    private const int MaxNameLength = 200;

    private static readonly SearchValues<char> _opening = SearchValues.Create("([{<'\"");

    /// <summary>Whether no other key of a dictionary can have this key's text.</summary>
    internal static bool IsUnique(PyValue key) => key switch
    {
        PyString text => text.Value.Length <= PyKeyComparer.MaxTextLength,
        PyInt number => number.TryGetInt64(out _),
        PyFloat number => !double.IsNaN(number.Value),
        PyNone or PyBool => true,
        _ => false,
    };

    /// <param name="key">The key.</param>
    /// <param name="maxLength">The longest text for a key that is no string.</param>
    internal static string Of(PyValue key, int maxLength)
    {
        if (key is PyString or PyInt or PyFloat or PyComplex or PyNone or PyBool)
        {
            return key.ToString()!;
        }

        var text = new StringBuilder();
        return TryAppend(key, text, maxLength, depth: 0) ? text.ToString() : WithoutSpelling(key);
    }

    private static bool TryAppend(PyValue value, StringBuilder text, int maxLength, int depth)
    {
        switch (value)
        {
            // Their texts are no shorter than they are.
            case PyString { Value.Length: var length } when text.Length + length > maxLength:
            case PyBytes { Value.Length: var count } when text.Length + count > maxLength:
            case PyTuple or PySet or PyObject when depth > MaxDepth:
                return false;
            case PyTuple { Items: var items }:
                text.Append('(');
                if (!TryAppendItems(items, text, maxLength, depth))
                {
                    return false;
                }

                text.Append(items.Length == 1 ? ",)" : ")");
                break;
            case PySet { IsFrozen: true } set:
                if (set.Items.Count > maxLength || !TryAppendMembers(set, text, maxLength, depth))
                {
                    return false;
                }

                break;
            case PyObject record:
                if (!TryAppendRecord(record, text, maxLength, depth))
                {
                    return false;
                }

                break;
            case PyGlobal name:
                text.Append(IsPlainName(name.ToString()) ? name.ToString() : $"<{Name(name.ToString())}>");
                break;
            default:
                text.Append(value is PyString or PyBytes or PyInt or PyFloat or PyComplex or PyNone or PyBool ? value.ToString() : WithoutSpelling(value));
                break;
        }

        return text.Length <= maxLength;
    }

    private static bool TryAppendItems(IReadOnlyList<PyValue> items, StringBuilder text, int maxLength, int depth)
    {
        for (var i = 0; i < items.Count; i++)
        {
            text.Append(i > 0 ? ", " : "");
            if (!TryAppend(items[i], text, maxLength, depth + 1))
            {
                return false;
            }
        }

        return true;
    }

    // A frozenset has no order, and Python's differs from run to run: numbers come by value, then all else by its text.
    private static bool TryAppendMembers(PySet set, StringBuilder text, int maxLength, int depth)
    {
        var members = new List<(double Number, string Text)>(set.Items.Count);
        var left = maxLength - text.Length;
        foreach (var item in set.Items)
        {
            var member = new StringBuilder();
            if (!TryAppend(item, member, left, depth + 1))
            {
                return false;
            }

            left -= member.Length;
            members.Add((item is PyInt or PyFloat or PyBool ? Approximate(item) : double.PositiveInfinity, member.ToString()));
        }

        members.Sort((one, other) => one.Number.CompareTo(other.Number) is not 0 and var order ? order : string.CompareOrdinal(one.Text, other.Text));
        text.Append(members.Count == 0 ? "frozenset()" : $"frozenset({{{string.Join(", ", members.Select(member => member.Text))}}})");
        return true;
    }

    private static double Approximate(PyValue number) => number switch
    {
        PyInt integer => (double)integer.Value,
        PyBool truth => truth.Value ? 1 : 0,
        _ => ((PyFloat)number).Value,
    };

    // Its repr; or the call that makes it, as an enum's member is Color(1), or Color.RED for some versions of Python.
    private static bool TryAppendRecord(PyObject record, StringBuilder text, int maxLength, int depth)
    {
        if (record.Repr is { } repr)
        {
            text.Append(IsClosed(repr) ? repr : $"<{PythonRepr.Of(repr)}>");
            return true;
        }

        if (PythonNames.Of(record) == "builtins.getattr" && record.Arguments.Items is [PyGlobal owner, PyString { Value: var name }] && IsPlainName($"{owner}.{name}"))
        {
            text.Append(owner).Append('.').Append(name);
            return true;
        }

        var isCall = record is { Callable: PyGlobal, State: null, Items: null, Entries: null, KeywordArguments: null, Arguments.Items.IsEmpty: false };
        if (!isCall || !IsPlainName(record.Callable.ToString()!) || !record.Arguments.Items.All(IsLeaf))
        {
            text.Append(WithoutSpelling(record));
            return true;
        }

        text.Append(record.Callable).Append('(');
        if (!TryAppendItems(record.Arguments.Items, text, maxLength, depth))
        {
            return false;
        }

        text.Append(')');
        return true;
    }

    private static bool IsLeaf(PyValue value) => value is PyString or PyBytes or PyInt or PyFloat or PyComplex or PyNone or PyBool or PyGlobal;

    private static string WithoutSpelling(PyValue value) => value switch
    {
        PyTensor tensor => $"<{Name(tensor.TypeName)} {tensor.View}>",
        PyCompositeTensor or PyStorage => $"<{Name(value.TypeName)}>",
        PyObject record => $"<{Name(record.ClassName)} object>",
        PyGlobal name => $"<{Name(name.ToString())}>",
        PyString text => $"<str of {text.Value.Length}>",
        PyBytes bytes => $"<{bytes.TypeName} of {bytes.Value.Length}>",
        _ => $"<{value}>",
    };

    private static string Name(string name) => IsPlainName(name) ? name : PythonRepr.Of(name.Length > MaxNameLength ? name[..MaxNameLength] : name);

    private static bool IsPlainName(string name) => name.Length is > 0 and <= MaxNameLength && IsWord(name, ".") && !char.IsAsciiDigit(name[0]) && name[0] != '.';

    // A dotted name; or what begins as one, or with '<', and ends where its first bracket closes.
    private static bool IsClosed(string repr)
    {
        var start = repr.AsSpan().IndexOfAny(_opening);
        if (start < 0)
        {
            return repr.Contains('.', StringComparison.Ordinal) && IsPlainName(repr);
        }

        if (start == 0 ? repr[0] != '<' : repr[start] is '\'' or '"' || !IsPlainName(repr[..start]))
        {
            return false;
        }

        var depth = 0;
        for (var i = start; i < repr.Length; i++)
        {
            switch (repr[i])
            {
                case '\'' or '"':
                    var quote = repr[i++];
                    for (; i < repr.Length && repr[i] != quote; i++)
                    {
                        i += repr[i] == '\\' ? 1 : 0;
                    }

                    break;
                case '(' or '[' or '{' or '<':
                    depth++;
                    break;
                case ')' or ']' or '}' or '>' when --depth == 0:
                    return i == repr.Length - 1;
            }
        }

        return false;
    }

    /// <summary>Whether a text has letters, digits and underscores alone, and what else is allowed.</summary>
    internal static bool IsWord(string text, string also = "") => text.Length > 0 && text.All(c => char.IsLetterOrDigit(c) || c == '_' || also.Contains(c, StringComparison.Ordinal));
}
