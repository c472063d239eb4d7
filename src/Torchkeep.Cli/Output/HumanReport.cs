namespace Torchkeep.Cli.Output;

/// <summary>What people read: two lines about the file, then the tree.</summary>
internal static class HumanReport
{
    internal static void Write(Terminal terminal, CheckpointFile opened, Survey survey, IReadOnlyList<TreeNode> trees)
    {
        using var text = terminal.OpenText();
        var checkpoint = opened.Checkpoint;
        text.WriteLine($"{SafeText.Escape(opened.Input.Path)}: {FormatNames.Of[checkpoint.Format].Phrase}{FileNotes.Packed(checkpoint)}, {Size(opened)}");
        if (FileNotes.Place(opened) is { } place)
        {
            text.WriteLine(place);
        }

        FolderNote.Write(text, opened);

        text.WriteLine(
            $"{Quantity.Of(survey.TensorCount, "tensor")}, {Quantity.Of(survey.ParameterCount, "parameter")}, {Quantity.Bytes(survey.StorageBytes)} in {Quantity.Of(survey.StorageCount, "storage")}"
            + (survey.ArrayCount == 0 ? "" : $", {Quantity.Of(survey.ArrayCount, "NumPy array")} of {Quantity.Bytes(survey.ArrayBytes)}"));
        if (WasteNote.Of(StorageUsage.Of(checkpoint.Root)) is { } note)
        {
            text.WriteLine(note);
        }

        if (checkpoint.Metadata.Count > 0)
        {
            FileNotes.WriteMetadata(text, checkpoint.Metadata);
        }

        text.WriteLine();
        var writer = new TreeWriter(terminal.OpenConsole(text));
        foreach (var tree in trees)
        {
            writer.Write(tree);
        }
    }

    private static string Size(CheckpointFile opened)
    {
        var checkpoint = opened.Checkpoint;
        return checkpoint.ShardFiles.Count == 0
            ? Quantity.Bytes(checkpoint.FileLength - (checkpoint.Compression is null ? checkpoint.FollowingBytes : 0))
            : $"{Quantity.Of(checkpoint.ShardFiles.Count, "file")} of {Quantity.Bytes(checkpoint.ShardBytes)}";
    }
}
