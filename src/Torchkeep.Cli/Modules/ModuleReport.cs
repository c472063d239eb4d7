using Torchkeep.Cli.Output;

namespace Torchkeep.Cli.Modules;

/// <summary>Writes a tree of modules as <c>print(model)</c> does, with what each of them weighs behind a <c>#</c>.</summary>
internal sealed class ModuleReport(TextWriter output)
{
    internal static void Write(Terminal terminal, string file, CheckpointFile opened, ModuleNode root, string? note, int modules, bool hasClasses)
    {
        using var text = terminal.OpenText();
        var weight = Weight(root);
        text.WriteLine($"{SafeText.Escape(file)}: {FormatNames.Of[opened.Checkpoint.Format].Phrase}{FileNotes.Packed(opened.Checkpoint)}");
        if (FileNotes.Place(opened) is { } place)
        {
            text.WriteLine(place);
        }

        FolderNote.Write(text, opened);

        text.WriteLine($"{(hasClasses ? Quantity.Of(modules, "module") : "a state_dict, which has names and no classes")}, {(weight.Length == 0 ? "without a tensor" : weight)}");
        if (note is not null)
        {
            text.WriteLine(note);
        }

        text.WriteLine();
        new ModuleReport(text).Write(root, label: "", indent: "", count: weight);
    }

    // As deep as ModuleRecord.Walk allows.
    private void Write(ModuleNode node, string label, string indent, string count)
    {
        var comment = count.Length == 0 ? "" : $"  # {count}";
        if (node.Children.Count == 0 && node.Lines.Count <= 1)
        {
            output.WriteLine($"{indent}{label}{SafeText.Escape(node.Name)}({string.Concat(node.Lines.Select(SafeText.Escape))}){comment}");
            return;
        }

        output.WriteLine($"{indent}{label}{SafeText.Escape(node.Name)}({comment}");
        var below = $"{indent}  ";
        foreach (var line in node.Lines)
        {
            output.WriteLine($"{below}{SafeText.Escape(line)}");
        }

        for (var i = 0; i < node.Children.Count; i++)
        {
            var (name, child) = node.Children[i];
            if (child is null)
            {
                output.WriteLine($"{below}({SafeText.Escape(name)}): None");
                continue;
            }

            var last = i;
            while (node.IsList && last + 1 < node.Children.Count && node.Children[last + 1].Child?.Kind == child.Kind)
            {
                last++;
            }

            // PyTorch numbers the entries of a list by their places.
            Write(
                child,
                !node.IsList ? $"({SafeText.Escape(name)}): " : last == i ? $"({i}): " : $"({i}-{last}): {last - i + 1} x ",
                below,
                Weight([.. node.Children[i..(last + 1)].Select(entry => entry.Child!)]));
            i = last;
        }

        output.WriteLine($"{indent})");
    }

    private static string Weight(params ReadOnlySpan<ModuleNode> nodes)
    {
        var (tensors, parameters) = (new HashSet<PyTensor>(ReferenceEqualityComparer.Instance), new HashSet<PyTensor>(ReferenceEqualityComparer.Instance));
        foreach (var node in nodes)
        {
            tensors.UnionWith(node.Tensors);
            parameters.UnionWith(node.Parameters);
        }

        return tensors.Count == 0 ? "" : $"{Quantity.Of(Sum(parameters, view => view.ElementCount), "parameter")}, {Quantity.Bytes(Sum(tensors, view => view.ByteLength))}";
    }

    private static Int128 Sum(HashSet<PyTensor> tensors, Func<TensorView, long> measure) =>
        tensors.Aggregate((Int128)0, (sum, tensor) => sum + measure(tensor.View));
}
