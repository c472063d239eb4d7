using System.Text.RegularExpressions;

namespace Torchkeep.Cli.Output;

/// <summary>A line of the tree and the lines under it.</summary>
internal sealed partial class TreeNode(PyEntry entry, int childCount)
{
    internal PyEntry Entry { get; } = entry;

    /// <summary>How many entries lie right under it, shown or not.</summary>
    internal int ChildCount { get; } = childCount;

    /// <summary>The last step to it: a key as it is where nothing can be mistaken, else as Python would write it.</summary>
    internal string Label { get; } = SafeText.Escape(entry.Step is var step && PlainKey().Match(step) is { Success: true } key ? key.Groups[1].Value : step);

    /// <summary>The value in the line, unless it is a tensor.</summary>
    internal string? Text { get; init; }

    /// <summary>The columns, if it is a tensor.</summary>
    internal TensorColumns? Tensor { get; init; }

    /// <summary>The lines that are shown.</summary>
    internal List<TreeNode> Children { get; } = [];

    /// <summary>How many of the entries right under it are not shown.</summary>
    internal int HiddenCount { get; private set; }

    /// <summary>How many lines stand before the gap; -1 for no gap.</summary>
    internal int HiddenAt { get; private set; } = -1;

    /// <summary>How many entries right under it have come by.</summary>
    internal int SeenCount { get; set; }

    internal void Hide()
    {
        HiddenAt = HiddenCount++ == 0 ? Children.Count : HiddenAt;
    }

    [GeneratedRegex(@"^\['([A-Za-z0-9_.:/+-]+)'\]\z")]
    private static partial Regex PlainKey();
}
