using System.Runtime.CompilerServices;
using System.Text;

namespace Torchkeep.Values;

/// <summary>
/// Writes a value as Python's repr does, in so many characters and levels: a file can nest one value in another without end, and
/// make one text the entry of many lists.
/// </summary>
internal sealed class ReprWriter(int maxLength)
{
    private const int MaxDepth = 20;
    private const string Cut = "...";

    private readonly StringBuilder _text = new();
    private readonly List<PyValue> _open = [];

    /// <summary>Whether all of it is plain data, of which nothing was left out.</summary>
    internal bool IsWhole { get; private set; } = true;

    /// <summary>Whether nothing more will be written.</summary>
    internal bool IsFull => _text.Length > maxLength;

    private int Left => Math.Max(0, maxLength - _text.Length);

    /// <summary>The repr of a value, or null where it is longer or a part of it is no plain data.</summary>
    internal static string? Whole(PyValue value, int maxLength)
    {
        var writer = new ReprWriter(maxLength);
        writer.Write(value);
        return writer is { IsWhole: true, IsFull: false } ? writer._text.ToString() : null;
    }

    /// <summary>The repr of a value; of a longer one the start and three dots.</summary>
    internal static string Start(PyValue value, int maxLength)
    {
        var writer = new ReprWriter(maxLength);
        writer.Write(value);
        if (!writer.IsFull)
        {
            return writer._text.ToString();
        }

        var end = maxLength > 0 && char.IsHighSurrogate(writer._text[maxLength - 1]) ? maxLength - 1 : maxLength;
        return writer._text.ToString(0, end) + Cut;
    }

    internal void Write(PyValue value)
    {
        switch (value)
        {
            case PyString text:
                WriteText(text.Value);
                break;
            case PyBytes bytes when bytes.Value.Length > Left:
                IsWhole = false;
                Append(PythonRepr.Of(bytes.Value.Span[..Left], bytes.IsByteArray) + Cut);
                break;
            case PyInt or PyFloat or PyComplex or PyNone or PyBool or PyBytes:
                Append(value.ToString()!);
                break;
            case PyGlobal name:
                Append(PythonConstants.Text(name));
                break;
            case PyList or PyTuple or PySet or PyDict or PyObject:
                WriteOpen(value);
                break;
            default:
                WriteOther(value);
                break;
        }
    }

    /// <summary>Text that is part of a repr.</summary>
    internal void Append(string text)
    {
        if (!IsFull)
        {
            _text.Append(text.Length > Left + 1 ? text.AsSpan(0, Left + 1) : text);
        }
    }

    /// <summary>Values with commas between.</summary>
    internal void WriteItems(IReadOnlyList<PyValue> items)
    {
        for (var i = 0; i < items.Count && !IsFull; i++)
        {
            Append(i > 0 ? ", " : "");
            Write(items[i]);
        }
    }

    /// <summary>A tuple in brackets, which needs a comma where it has one entry.</summary>
    internal void WriteTuple(IReadOnlyList<PyValue> items)
    {
        Append("(");
        WriteItems(items);
        Append(items.Count == 1 ? ",)" : ")");
    }

    /// <summary>Entries in braces.</summary>
    internal void WriteEntries(IEnumerable<KeyValuePair<PyValue, PyValue>> entries)
    {
        Append("{");
        var isFirst = true;
        foreach (var (key, value) in entries)
        {
            if (IsFull)
            {
                break;
            }

            Append(isFirst ? "" : ", ");
            Write(key);
            Append(": ");
            Write(value);
            isFirst = false;
        }

        Append("}");
    }

    /// <summary>What has no repr that a file could tell.</summary>
    internal void WriteOther(PyValue value)
    {
        IsWhole = false;
        Append($"<{value.TypeName}>");
    }

    private void WriteText(string text)
    {
        if (text.Length <= Left)
        {
            Append(PythonRepr.Of(text));
            return;
        }

        IsWhole = false;
        Append(PythonRepr.Of(text[..Left]) + Cut);
    }

    // Python writes dots for what lies in itself.
    private void WriteOpen(PyValue value)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (_open.Count == MaxDepth || _open.Exists(open => ReferenceEquals(open, value)))
        {
            IsWhole = false;
            Append(value switch
            {
                PyList => "[...]",
                PyTuple => "(...)",
                PyDict or PySet => "{...}",
                _ => Cut,
            });
            return;
        }

        _open.Add(value);
        switch (value)
        {
            case PyList list:
                Append("[");
                WriteItems(list.Count == 0 ? [] : list.Items);
                Append("]");
                break;
            case PyTuple tuple:
                WriteTuple(tuple.Items);
                break;
            case PySet set:
                WriteSet(set);
                break;
            case PyDict dict:
                WriteDict(dict);
                break;
            default:
                RecordRepr.Write(this, (PyObject)value);
                break;
        }

        _open.RemoveAt(_open.Count - 1);
    }

    private void WriteSet(PySet set)
    {
        if (set.Items.Count == 0)
        {
            Append($"{set.TypeName}()");
            return;
        }

        Append(set.IsFrozen ? "frozenset({" : "{");
        WriteItems(set.Items);
        Append(set.IsFrozen ? "})" : "}");
    }

    private void WriteDict(PyDict dict)
    {
        IsWhole &= dict.Attributes is null;
        if (dict is { IsOrdered: true, Count: 0 })
        {
            Append("OrderedDict()");
            return;
        }

        Append(dict.IsOrdered ? "OrderedDict(" : "");
        WriteEntries(dict.Count == 0 ? [] : dict);
        Append(dict.IsOrdered ? ")" : "");
    }
}
