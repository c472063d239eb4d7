using System.Globalization;
using Torchkeep.Values;

namespace Torchkeep;

/// <summary>A value and the way to it from the root of a checkpoint.</summary>
public sealed class PyEntry
{
    private const int MaxNameLength = 1 << 28;

    private readonly PyStepKind _step;
    private readonly object? _key;

    // Among all that lies in the parent's value.
    private readonly int _place;

    private PySiblings? _children;

    internal PyEntry(PyEntry? parent, PyStepKind step, object? key, PyValue value, int place)
    {
        Parent = parent;
        Depth = parent is null ? 0 : parent.Depth + 1;
        _step = step;
        _key = key;
        _place = place;
        Value = value;
        NameLength = (parent?.NameLength ?? 0) + 1 + (key switch
        {
            PyString text => text.Value.Length,
            string text => text.Length,
            _ => 0,
        });
    }

    /// <summary>The entry of the value that this one lies in, or null for a root.</summary>
    public PyEntry? Parent { get; }

    /// <summary>
    /// Where the object lies in itself, the entry further up that has the same value, whose entries are not listed again;
    /// else null. Only <see cref="Checkpoint.Walk"/> knows.
    /// </summary>
    public PyEntry? Above { get; internal set; }

    /// <summary>The number of steps from the root; 0 for a root.</summary>
    public int Depth { get; }

    /// <summary>The value.</summary>
    public PyValue Value { get; }

    /// <summary>
    /// The way as Python would write it: <c>$</c> is the root, <c>['key']</c> or <c>[('user', 'rates')]</c> an entry under
    /// a key, <c>[3]</c> an entry of a list or tuple or one under the key 3, <c>.name</c> an attribute, <c>(arg0)</c> an
    /// argument of a record. No two values of a checkpoint have one path, and whatever takes a path takes each.
    /// What a file holds beside its object starts with a name in place of <c>$</c>, such as <c>constants</c>
    /// (<see cref="Checkpoint.Roots"/>).
    /// </summary>
    /// <remarks>
    /// The members of a <c>frozenset</c> come in the order of numbers, then in that of their texts. A key that Python has no
    /// spelling of, or one over 4,096 characters that is no string, is described: <c>[&lt;Parameter torch.float32 [3]&gt;]</c>.
    /// Where keys of one dictionary have the same text, each has its number among them: <c>[&lt;Parameter torch.float32 [3]&gt; #2]</c>.
    /// An attribute whose name is more than letters, digits and <c>_</c> is <c>.__dict__['a name']</c>.
    /// </remarks>
    /// <exception cref="UnsupportedCheckpointException">It is longer than 268,435,456 characters.</exception>
    public string Path => string.Concat(Texts(Steps(), entry => entry.Step));

    /// <summary>The last part of <see cref="Path"/>: <c>['key']</c>, <c>[3]</c>, <c>.name</c>, <c>(arg0)</c>; <c>$</c> or a name for a root.</summary>
    public string Step
    {
        get
        {
            var text = TextOf(MaxKeyLength);
            return Number is not { } number ? text
                : text[^1] is ']' or ')' ? $"{text[..^1]}{Numbered(number)}{text[^1]}"
                : text + Numbered(number);
        }
    }

    /// <summary>
    /// The way as a state_dict names it: keys and attributes joined by dots, such as <c>model.layer1.0.weight</c>; empty
    /// for the saved object itself. Several values can have one name: <see cref="Path"/> tells them apart.
    /// </summary>
    /// <exception cref="UnsupportedCheckpointException">It is longer than 268,435,456 characters.</exception>
    public string Name => Depth == 1 && !Parent!.HasName
        ? NamePart
        : string.Join('.', Texts(Steps().Where(step => step.HasName), step => step.NamePart));

    /// <summary>The last part of <see cref="Name"/>; empty for the saved object itself.</summary>
    internal string NamePart => UnnumberedNamePart + (Number is { } number ? Numbered(number) : "");

    /// <summary><see cref="NamePart"/> without its number.</summary>
    internal string UnnumberedNamePart => _step == PyStepKind.Index ? Index.ToString(CultureInfo.InvariantCulture) : _key switch
    {
        PyString text => text.Value,
        PyValue key => PyKeyText.Of(key, MaxKeyLength),
        _ => (string?)_key ?? "",
    };

    /// <summary><see cref="Step"/> without its number.</summary>
    internal string UnnumberedStep => TextOf(MaxKeyLength);

    /// <summary>The string key or the name of the attribute; null for other steps.</summary>
    internal string? Word => (_key as PyString)?.Value ?? _key as string;

    /// <summary>The start of all paths: the saved object, or what lies beside it under a name.</summary>
    internal static PyEntry Root(PyValue value, string? name = null) => new(null, PyStepKind.Root, name, value, place: 0);

    /// <summary>At least how long <see cref="Name"/> is, give or take what keys that are no strings have; it takes no time to know.</summary>
    internal long NameLength { get; }

    /// <summary>Whether no other step from the same value can have this one's text, but for what <see cref="PySiblings.IsMixed"/>.</summary>
    internal bool HasOwnText => _key is not PyValue key || PyKeyText.IsUnique(key);

    /// <summary>Whether it has a part of <see cref="Name"/>.</summary>
    internal bool HasName => _step == PyStepKind.Index || _key is not null;

    private int Index => Parent!.Value is PyObject record ? _place - record.Arguments.Items.Length - (record.KeywordArguments?.Count ?? 0) : _place;

    private bool IsAlone => Parent is null || (HasOwnText && !PySiblings.IsMixed(Parent.Value));

    private int? Number => IsAlone ? null : Parent!.Children.NumberAt(_place);

    private int MaxKeyLength => IsAlone ? PyKeyText.MaxLength : Parent!.Children.MaxLength;

    private PySiblings Children => _children ??= PySiblings.Of(this);

    /// <summary>The step without its number.</summary>
    /// <param name="maxLength">The longest text of a key that is no string.</param>
    internal string TextOf(int maxLength) => (_step, _key) switch
    {
        (PyStepKind.Root, _) => (string?)_key ?? "$",
        (PyStepKind.Index, _) => $"[{Index}]",
        (PyStepKind.Key, _) => $"[{PyKeyText.Of((PyValue)_key!, maxLength)}]",
        (PyStepKind.Attribute, string name) when PyKeyText.IsWord(name) && name != "__dict__" => $".{name}",
        (PyStepKind.Attribute, _) => $".__dict__[{TextOfName(maxLength)}]",
        (_, string name) when PyKeyText.IsWord(name) => $"({name})",
        _ => $"(**[{TextOfName(maxLength)}])",
    };

    private string TextOfName(int maxLength) => _key is string name ? PythonRepr.Of(name) : PyKeyText.Of((PyValue)_key!, maxLength);

    private static string Numbered(int number) => $" #{number}";

    private PyEntry[] Steps()
    {
        var steps = new PyEntry[Depth + 1];
        for (var entry = this; entry is not null; entry = entry.Parent)
        {
            steps[entry.Depth] = entry;
        }

        return steps;
    }

    // One long key at every level of a deep graph is a small file.
    private List<string> Texts(IEnumerable<PyEntry> steps, Func<PyEntry, string> textOf)
    {
        var texts = new List<string>();
        long length = 0;
        foreach (var step in steps)
        {
            if (NameLength > MaxNameLength || length > MaxNameLength)
            {
                throw new UnsupportedCheckpointException($"the way to a value of the object is longer than {MaxNameLength} characters");
            }

            texts.Add(textOf(step));
            length += texts[^1].Length + 1;
        }

        return texts;
    }
}
