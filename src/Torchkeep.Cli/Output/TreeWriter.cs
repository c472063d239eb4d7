using Spectre.Console;
using Spectre.Console.Rendering;

namespace Torchkeep.Cli.Output;

/// <summary>Draws the tree. Tensors that lie side by side are in columns; no line is longer than the screen is wide.</summary>
internal sealed class TreeWriter(IAnsiConsole console)
{
    private const string Gap = "  ";

    private static readonly Style _faint = new(Color.Grey);
    private static readonly Style _type = new(Color.Aqua);
    private static readonly Style _size = new(Color.Green);
    private static readonly Style _note = new(Color.Yellow);

    private readonly TreeGuide _guide = TreeGuide.Line.GetSafeTreeGuide(!console.Profile.Capabilities.Unicode);

    internal void Write(TreeNode root) => Write(root, ColumnWidths.Of([root], console.Profile.Width), guides: "", below: "");

    // As deep as TreeBuilder.MaxDepth allows.
    private void Write(TreeNode node, ColumnWidths widths, string guides, string below)
    {
        WriteLine(node, widths, guides);
        var widthsBelow = ColumnWidths.Of(node.Children, console.Profile.Width - below.Length - Part(TreeGuidePart.Fork).Length);
        for (var i = 0; i < node.Children.Count; i++)
        {
            if (i == node.HiddenAt)
            {
                WriteGap(node, below + Part(TreeGuidePart.Fork));
            }

            var isLast = i == node.Children.Count - 1 && node.HiddenAt != node.Children.Count;
            Write(
                node.Children[i],
                widthsBelow,
                below + Part(isLast ? TreeGuidePart.End : TreeGuidePart.Fork),
                below + Part(isLast ? TreeGuidePart.Space : TreeGuidePart.Continue));
        }

        if (node.HiddenAt == node.Children.Count)
        {
            WriteGap(node, below + Part(TreeGuidePart.End));
        }
    }

    private string Part(TreeGuidePart part) => _guide.GetPart(part);

    private void WriteLine(TreeNode node, ColumnWidths widths, string guides)
    {
        var line = new TreeLine(console.Profile.Width);
        var label = TextCut.Ends(node.Label, widths.MaxLabel);
        line.Add(guides, _faint);
        if (node.Tensor is { } tensor)
        {
            line.Add(label, Style.Plain, widths.Label)
                .Add(Gap, Style.Plain).Add(tensor.ElementType, _type, widths.ElementType)
                .Add(Gap, Style.Plain).Add(tensor.Shape, Style.Plain, widths.Shape)
                .Add(Gap, Style.Plain).Add(tensor.Size.PadLeft(widths.Size), _size)
                .Add(tensor.Notes.Length > 0 ? Gap + tensor.Notes : "", _note);
        }
        else
        {
            line.Add($"{label}: ", Style.Plain).Add(node.Text!, ValueText.CountOf(node.Entry.Value) is null ? Style.Plain : _type);
        }

        line.WriteTo(console);
    }

    private void WriteGap(TreeNode node, string guides)
    {
        var how = node.Entry.Depth < TreeBuilder.MaxDepth ? "--all shows them" : "too deep to draw: --json lists them";
        new TreeLine(console.Profile.Width).Add(guides, _faint).Add($"... {Quantity.Number(node.HiddenCount)} more ({how})", _faint).WriteTo(console);
    }
}
