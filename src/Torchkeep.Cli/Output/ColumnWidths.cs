namespace Torchkeep.Cli.Output;

/// <summary>How wide the columns of tensors that lie side by side are.</summary>
/// <param name="MaxLabel">Where longer names are cut.</param>
/// <param name="Label">The column of names.</param>
/// <param name="ElementType">The column of dtypes.</param>
/// <param name="Shape">The column of shapes.</param>
/// <param name="Size">The column of sizes.</param>
internal sealed record ColumnWidths(int MaxLabel, int Label, int ElementType, int Shape, int Size)
{
    // One wide name or shape does not push the columns of all others away.
    private const int MaxAligned = 60;

    // A narrow screen leaves something of every name, and something of every note.
    private const int MinLabel = 16;
    private const int MaxReservedNotes = 40;

    private const int Gaps = 8;

    internal static ColumnWidths Of(IReadOnlyList<TreeNode> nodes, int width)
    {
        var tensors = nodes.Where(node => node.Tensor is not null).ToList();
        var elementType = Widest(node => node.Tensor!.ElementType);
        var shape = Widest(node => node.Tensor!.Shape);
        var size = Widest(node => node.Tensor!.Size);
        var notes = Math.Min(tensors.Select(node => node.Tensor!.Notes.Length).DefaultIfEmpty().Max(), MaxReservedNotes);
        var maxLabel = Math.Max(width - elementType - shape - size - notes - Gaps, MinLabel);
        return new(maxLabel, Math.Min(Widest(node => node.Label), maxLabel), elementType, shape, size);

        int Widest(Func<TreeNode, string> column) => Math.Min(tensors.Select(node => TextCut.Columns(column(node))).DefaultIfEmpty().Max(), MaxAligned);
    }
}
