using System.Text;

namespace Torchkeep.Cli.Output;

/// <summary>Which values stand in a line, as Python would write them.</summary>
internal static class ValueText
{
    // Longer strings get a line of their own.
    private const int MaxInlineText = 40;

    // Four escaped characters for each of a text, and the quotes.
    private const int MaxPlainText = 500;

    // A dictionary of more entries is easier to read one a line.
    private const int MaxInlineEntries = 4;

    private const int MaxInlineLine = 60;

    /// <summary>The number of entries a container says it has (for a record, of arguments), or null for a leaf.</summary>
    internal static int? CountOf(PyValue value) => value switch
    {
        PyDict dict => dict.Count,
        PyList list => list.Count,
        PyTuple tuple => tuple.Items.Length,
        PySet set => set.Items.Count,
        PyObject record => RecordText.CountOf(record),
        _ => null,
    };

    /// <summary>The repr of a leaf; a longer text is cut and says how long it is.</summary>
    internal static string Of(PyValue value, int maxLength) => value switch
    {
        PyString text when text.Value.Length > maxLength => $"{new PyString(TextCut.Start(text.Value, maxLength))} ({Quantity.Number(text.Value.Length)} characters)",
        PyBytes bytes when bytes.Value.Length > maxLength => $"{new PyBytes(bytes.Value.Span[..maxLength], bytes.IsByteArray)}... ({Quantity.Bytes(bytes.Value.Length)})",
        PyGlobal { TypeName: "global" } or PyStorage => TextCut.Start(value.ToString()!, maxLength),
        _ => value.ToPython(maxLength),
    };

    /// <summary>A whole container of plain values in one line, or null when it is better shown as a tree.</summary>
    internal static string? Inline(PyEntry entry, bool all) => entry.Value switch
    {
        // The entries of a list are made when they are asked for.
        PyList { Count: 0 } => "[]",
        PyList list when list.Items.All(IsPlain) => Items("[", list.Items, "]", all),
        PyTuple { Items: [var single] } when IsPlain(single) => $"({single.ToPython(MaxPlainText)},)",
        PyTuple tuple when tuple.Items.All(IsPlain) => Items("(", tuple.Items, ")", all),
        PyObject => RecordText.Line(entry),
        PySet { Items: [] } set => $"{set.TypeName}()",
        PySet set when set.Items.All(IsPlain) => set.IsFrozen ? Items("frozenset({", set.Items, "})", all) : Items("{", set.Items, "}", all),
        PyDict { Attributes: null, Count: <= MaxInlineEntries } dict => Entries(dict),
        _ => null,
    };

    private static string Items(string start, IReadOnlyList<PyValue> items, string end, bool all)
    {
        var text = new StringBuilder(start);
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0)
            {
                text.Append(", ");
            }

            // A last item that would fit stands for itself.
            if (!all && text.Length > MaxInlineLine && i < items.Count - 1)
            {
                text.Append($"... {Quantity.Number(items.Count - i)} more");
                break;
            }

            text.Append(items[i].ToPython(MaxPlainText));
        }

        return text.Append(end).ToString();
    }

    private static string? Entries(PyDict dict)
    {
        if (dict.Count > 0 && !dict.All(entry => IsPlain(entry.Key) && IsPlain(entry.Value)))
        {
            return null;
        }

        return dict.ToPython(MaxInlineLine + 1) is { Length: <= MaxInlineLine } text ? text : null;
    }

    private static bool IsPlain(PyValue value) => value switch
    {
        PyString text => text.Value.Length <= MaxInlineText,
        PyBytes bytes => bytes.Value.Length <= MaxInlineText,
        PyInt number => number.TryGetInt64(out _),
        PyNone or PyBool or PyFloat or PyComplex => true,
        PyObject record => record.Repr is { Length: <= MaxInlineText },
        _ => false,
    };
}
