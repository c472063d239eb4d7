using System.Text;

namespace Torchkeep.Pickle;

/// <summary>What a trace knows of a value: a text, bytes, a name, what it holds, or nothing.</summary>
internal sealed class TraceValue
{
    private const int MaxItems = 8;
    private const int MaxText = 60;
    private const int MaxDepth = 3;

    private readonly List<TraceValue> _items = [];

    internal static TraceValue Unknown { get; } = new();

    internal string? Text { get; init; }

    internal bool IsBytes { get; init; }

    internal PyGlobal? Name { get; init; }

    /// <summary>The class of which this is a new object (NEWOBJ, or copyreg's function of protocols 0 and 1).</summary>
    internal PyGlobal? Class { get; init; }

    /// <summary>Whether something else holds this: an argument, a part, a state or the result, and so more than the thing to call.</summary>
    internal bool IsHandedOn { get; set; }

    /// <summary>The attribute that this, when it is called, takes of its argument (operator.attrgetter).</summary>
    internal string? Getter { get; init; }

    internal bool IsTuple { get; init; }

    internal bool IsContainer { get; init; }

    /// <summary>The first things in it.</summary>
    internal IReadOnlyList<TraceValue> Items => _items;

    internal int Count { get; private set; }

    internal void Add(ReadOnlySpan<TraceValue> items)
    {
        foreach (var item in items)
        {
            item.IsHandedOn = true;
        }

        if (!IsContainer)
        {
            return;
        }

        Count += items.Length;
        _items.AddRange(items[..Math.Min(items.Length, MaxItems - _items.Count)]);
    }

    /// <summary>As Python would write it, cut short.</summary>
    public override string ToString() => Write(MaxDepth);

    internal string Arguments()
    {
        var text = Write(MaxDepth);
        return IsTuple ? text : $"(*{text})";
    }

    private string Write(int depth)
    {
        if (Name is not null)
        {
            return Name.ToString();
        }

        if (Text is not null)
        {
            return (IsBytes ? "b" : "") + new PyString(Text.Length <= MaxText ? Text : Text[..MaxText]) + (Text.Length <= MaxText ? "" : "…");
        }

        if (!IsContainer || depth == 0)
        {
            return "…";
        }

        var text = new StringBuilder(IsTuple ? "(" : "[");
        text.AppendJoin(", ", _items.Select(item => item.Write(depth - 1)));
        return text.Append(Count > _items.Count ? ", …" : "").Append(IsTuple ? ')' : ']').ToString();
    }
}
