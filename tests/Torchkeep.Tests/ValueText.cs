using System.Runtime.CompilerServices;
using System.Text;

namespace Torchkeep.Tests;

/// <summary>
/// A whole graph as text, as tests/fixtures/plain_pickles.py writes it: containers are numbered where they are first met,
/// and met again are only their number, so that equal texts mean equal sharing too.
/// </summary>
internal sealed class ValueText
{
    private readonly Dictionary<PyValue, int> _numbers = new(ReferenceEqualityComparer.Instance);

    internal static string Of(PyValue root) => new ValueText().Text(root, numbered: true);

    private string Text(PyValue value, bool numbered)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (!numbered || value is not (PyList or PyDict or PySet or PyObject or PyTuple { Items.Length: > 0 }))
        {
            return Body(value, numbered);
        }

        if (_numbers.TryGetValue(value, out var number))
        {
            return $"#{number}";
        }

        number = _numbers.Count;
        _numbers.Add(value, number);
        return $"#{number}={Body(value, numbered)}";
    }

    private string Body(PyValue value, bool numbered) => value switch
    {
        PyList list => $"[{Join(list.Items, numbered)}]",
        PyTuple tuple => $"({Join(tuple.Items, numbered)})",
        PySet set => $"{set.TypeName}<{string.Join(", ", set.Items.Select(item => Text(item, numbered: false)).Order(StringComparer.Ordinal))}>",
        PyDict dict => $"{(dict.IsOrdered ? "Ordered" : "")}{Pairs(dict, numbered)}{(dict.Attributes is { } state ? $" state {Pairs(state, numbered)}" : "")}",
        PyObject record => Record(record),
        PyTensor tensor => Tensor(tensor),
        _ => value.ToString()!,
    };

    private string Record(PyObject record)
    {
        var text = new StringBuilder($"<{record.Kind} {Text(record.Callable, true)} {Text(record.Arguments, true)}");
        text.Append(record.KeywordArguments is { } keywords ? $" {Text(keywords, true)}" : "");
        text.Append(record.Items is { } items ? $" items [{Join(items.Items, true)}]" : "");
        text.Append(record.Entries is { } entries ? $" entries {Pairs(entries, true)}" : "");
        text.Append(record.State is { } state ? $" state {Text(state, true)}" : "");
        return text.Append('>').ToString();
    }

    private string Tensor(PyTensor tensor)
    {
        var view = tensor.View;
        var bits = $"{(view.IsConjugated ? " conj" : "")}{(view.IsNegated ? " neg" : "")}{(tensor.RequiresGrad ? " grad" : "")}";
        var state = tensor.State is { } attributes ? $" state {Text(attributes, true)}" : "";
        return $"{tensor} strides [{string.Join(", ", view.Strides)}] offset {view.StorageOffset} of {view.Storage.Location}{bits}{state}";
    }

    private string Pairs(PyDict dict, bool numbered) =>
        $"{{{string.Join(", ", dict.Select(entry => $"{Text(entry.Key, numbered)}: {Text(entry.Value, numbered)}"))}}}";

    private string Join(IEnumerable<PyValue> items, bool numbered) => string.Join(", ", items.Select(item => Text(item, numbered)));
}
