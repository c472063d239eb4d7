using System.Text;

namespace Torchkeep.Pickle;

/// <summary>The arguments of a call as Python would write them, cut short.</summary>
internal readonly ref struct TraceText(TraceHeap heap, ReadOnlySpan<byte> pickle)
{
    private const int MaxLength = 200;
    private const int MaxText = 60;
    private const int MaxDepth = 3;
    private const char Cut = '…';

    private readonly ReadOnlySpan<byte> _pickle = pickle;

    internal string Arguments(TraceValue value)
    {
        var text = new StringBuilder(value.Kind == TraceKind.Tuple ? "" : "(*");
        Write(text, value, MaxDepth);
        text.Append(value.Kind == TraceKind.Tuple ? "" : ")");
        return text.Length <= MaxLength ? text.ToString() : text.ToString(0, MaxLength) + Cut;
    }

    private void Write(StringBuilder text, TraceValue value, int depth)
    {
        if (text.Length > MaxLength)
        {
            return;
        }

        switch (value.Kind)
        {
            case TraceKind.Name:
                text.Append(heap.Name(value).ToString());
                break;
            case TraceKind.Text or TraceKind.Bytes:
                Write(text, heap.Constant(value));
                break;
            case TraceKind.Tuple:
                WriteItems(text, value, depth, '(', ')');
                break;
            case TraceKind.List or TraceKind.Dict:
                WriteItems(text, value, depth, '[', ']');
                break;
            default:
                text.Append(Cut);
                break;
        }
    }

    private void Write(StringBuilder text, TracedConstant constant)
    {
        var decoded = constant.DecodeCut(_pickle);
        var isCut = decoded.Length > MaxText;
        text.Append(constant.IsText ? "" : "b").Append(new PyString(isCut ? decoded[..MaxText] : decoded)).Append(Cut, isCut ? 1 : 0);
    }

    private void WriteItems(StringBuilder text, TraceValue value, int depth, char first, char last)
    {
        if (depth == 0 || value.Index == TraceValue.Opaque)
        {
            text.Append(first).Append(Cut).Append(last);
            return;
        }

        Span<TraceValue> room = stackalloc TraceValue[TraceHeap.MaxItems];
        var items = heap.Items(value, room);
        text.Append(first);
        for (var i = 0; i < items.Length && text.Length <= MaxLength; i++)
        {
            text.Append(i == 0 ? "" : ", ");
            Write(text, items[i], depth - 1);
        }

        text.Append(heap.Count(value) > items.Length ? ", …" : "").Append(last);
    }
}
