using System.Text;

namespace Torchkeep.Cli.Output;

/// <summary>Values in a line, as Python would write them.</summary>
internal static class ValueText
{
    // Longer strings get a line of their own.
    private const int MaxInlineText = 40;

    // A dictionary of more entries is easier to read one a line.
    private const int MaxInlineEntries = 4;

    private const int MaxInlineLine = 60;
    private const int MaxReprLength = 400;

    /// <summary>The number of entries a container says it has (for a record, of arguments), or null for a leaf.</summary>
    internal static int? CountOf(PyValue value) => value switch
    {
        PyDict dict => dict.Count,
        PyList list => list.Count,
        PyTuple tuple => tuple.Items.Length,
        PySet set => set.Items.Count,
        PyObject record => record.Arguments.Items.Length,
        _ => null,
    };

    /// <summary>The repr of a leaf; a longer text is cut and says how long it is.</summary>
    internal static string Of(PyValue value, int maxLength) => value switch
    {
        PyString text when text.Value.Length > maxLength => $"{new PyString(TextCut.Start(text.Value, maxLength))} ({Quantity.Number(text.Value.Length)} characters)",
        PyBytes bytes when bytes.Value.Length > maxLength => $"{new PyBytes(bytes.Value.Span[..maxLength], bytes.IsByteArray)}... ({Quantity.Bytes(bytes.Value.Length)})",
        PyInt number when !number.TryGetInt64(out _) => TextCut.Start(number.ToString(), maxLength),
        PyGlobal or PyStorage => TextCut.Start(value.ToString()!, maxLength),
        _ => value.ToString()!,
    };

    /// <summary>A whole container of plain values in one line, or null when it is better shown as a tree.</summary>
    internal static string? Inline(PyValue value, bool all) => value switch
    {
        PyList list when list.Items.All(IsPlain) => Items("[", list.Items, "]", all),
        PyTuple { Items: [var single] } when IsPlain(single) => $"({single},)",
        PyTuple tuple when tuple.Items.All(IsPlain) => Items("(", tuple.Items, ")", all),
        PyObject { Repr: { } repr } => SafeText.Escape(TextCut.Start(repr, MaxReprLength)),
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

            text.Append(items[i]);
        }

        return text.Append(end).ToString();
    }

    private static string? Entries(PyDict dict)
    {
        var text = new StringBuilder("{");
        foreach (var (key, value) in dict)
        {
            if (!IsPlain(key) || !IsPlain(value))
            {
                return null;
            }

            text.Append(text.Length > 1 ? ", " : "").Append(key).Append(": ").Append(value);
        }

        text.Append('}');
        return text.Length > MaxInlineLine ? null : !dict.IsOrdered ? text.ToString() : dict.Count == 0 ? "OrderedDict()" : $"OrderedDict({text})";
    }

    private static bool IsPlain(PyValue value) => value switch
    {
        PyString text => text.Value.Length <= MaxInlineText,
        PyBytes bytes => bytes.Value.Length <= MaxInlineText,
        PyInt number => number.TryGetInt64(out _),
        PyNone or PyBool or PyFloat or PyComplex => true,
        _ => false,
    };
}
