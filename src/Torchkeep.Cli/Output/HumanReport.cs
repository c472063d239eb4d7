namespace Torchkeep.Cli.Output;

/// <summary>What people read: two lines about the file, then the tree.</summary>
internal static class HumanReport
{
    internal static void Write(Terminal terminal, InputFile input, Checkpoint checkpoint, Survey survey, IReadOnlyList<TreeNode> trees)
    {
        using var text = terminal.OpenText();
        text.WriteLine($"{SafeText.Escape(input.Path)}: {FormatNames.Of[checkpoint.Format].Phrase}, {Size(input, checkpoint)}");
        text.WriteLine(
            $"{Quantity.Of(survey.TensorCount, "tensor")}, {Quantity.Of(survey.ParameterCount, "parameter")}, {Quantity.Bytes(survey.StorageBytes)} in {Quantity.Of(survey.StorageCount, "storage")}");
        if (WasteNote.Of(StorageUsage.Of(checkpoint.Root)) is { } note)
        {
            text.WriteLine(note);
        }

        text.WriteLine();
        var writer = new TreeWriter(terminal.OpenConsole(text));
        foreach (var tree in trees)
        {
            writer.Write(tree);
        }
    }

    private static string Size(InputFile input, Checkpoint checkpoint) => checkpoint.ShardFiles.Count == 0
        ? Quantity.Bytes(input.Length)
        : $"{Quantity.Of(checkpoint.ShardFiles.Count, "file")} of {Quantity.Bytes(checkpoint.ShardFiles.Sum(shard => new FileInfo(shard).Length))}";
}
