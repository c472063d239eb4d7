namespace Torchkeep.Cli.Output;

/// <summary>Decides what of the object is shown: long runs are folded, and so is what comes after many lines.</summary>
internal static class TreeBuilder
{
    /// <summary>Deeper entries are not drawn: their lines would begin beyond every screen.</summary>
    internal const int MaxDepth = 60;

    // A longer run is folded to so many lines at its start and end.
    private const int MaxRun = 100;
    private const int RunStart = 40;
    private const int RunEnd = 5;

    private const int MaxLines = 400;
    private const int MaxTextLength = 100;

    /// <summary>A tree for each of the checkpoint's roots.</summary>
    internal static List<TreeNode> Build(Checkpoint checkpoint, Survey survey, bool all)
    {
        var roots = new List<TreeNode>();
        var open = new Stack<TreeNode>();
        var closedAt = int.MaxValue;
        var lines = 0;
        var place = -1;
        foreach (var entry in checkpoint.Walk())
        {
            var childCount = survey.ChildCount(++place);
            if (entry.Depth > closedAt || RecordText.IsPartOfDeque(entry))
            {
                continue;
            }

            closedAt = int.MaxValue;
            while (open.Count > entry.Depth)
            {
                open.Pop();
            }

            open.TryPeek(out var parent);
            if (parent is not null && !IsShown(parent, parent.SeenCount++, lines, all))
            {
                parent.Hide();
                closedAt = entry.Depth;
                continue;
            }

            var inline = entry.Above is { } above ? AboveText(above) : ValueText.Inline(entry, all);
            if (inline is not null)
            {
                closedAt = entry.Depth;
            }

            var node = new TreeNode(entry, childCount)
            {
                Text = inline ?? Describe(entry.Value),
                Tensor = entry is { Value: PyTensor tensor, Above: null } ? TensorColumns.Of(tensor, place, survey) : null,
            };
            (parent?.Children ?? roots).Add(node);
            open.Push(node);
            lines++;
        }

        return roots;
    }

    private static bool IsShown(TreeNode parent, int place, int lines, bool all) =>
        parent.Entry.Depth < MaxDepth
        && (all || (lines < MaxLines && (parent.ChildCount <= MaxRun || place < RunStart || place >= parent.ChildCount - RunEnd)));

    private static string AboveText(PyEntry above) => $"{SafeText.Escape(TextCut.Ends(above.Path, MaxTextLength))} (above)";

    private static string Describe(PyValue value) => SafeText.Escape(value switch
    {
        PyObject record => RecordText.Describe(record, MaxTextLength),
        PyCompositeTensor => TextCut.Start(value.ToString()!, MaxTextLength),
        PyGlobal { TypeName: "global" } => $"{ValueText.Of(value, MaxTextLength)} (a name)",
        _ => ValueText.CountOf(value) is { } count ? $"{value.TypeName} of {Quantity.Number(count)}" : ValueText.Of(value, MaxTextLength),
    });
}
