using System.Text;

namespace Torchkeep.Cli.Scaffolding;

/// <summary>Writes C# classes that have the tensors of a model in a file, under the same names.</summary>
internal static class Scaffold
{
    /// <param name="file">The file, for the comment that says how to load it.</param>
    /// <param name="path">Where in it the model lies, or null.</param>
    /// <param name="model">The model.</param>
    /// <param name="space">The namespace, or null for none.</param>
    internal static string Write(string file, string? path, ModuleRecord model, string? space)
    {
        var rootName = CodeText.Identifier(Path.GetFileName(file).Split('.')[0]) is { Length: > 0 } name ? $"{char.ToUpperInvariant(name[0])}{name[1..]}" : "Model";
        var classes = ModelReader.Read(model, rootName);
        var code = new StringBuilder();
        WriteHead(code, file, path, classes[0].Name, space);
        foreach (var type in classes)
        {
            new ClassWriter(type, code).Write(type == classes[0] ? Ties(model) : []);
        }

        return code.ToString();
    }

    private static void WriteHead(StringBuilder code, string file, string? path, string name, string? space)
    {
        var literal = CodeText.Literal(file);
        code.Append($"// Made by torchkeep scaffold of {SafeText.Escape(file)}. What a forward does is not in the file.\n//\n");
        code.Append($"//     var model = new {name}();\n");
        code.Append(path is null
            ? $"//     model.load_state_dict(torch.load({literal}, weights_only: true));\n"
            : $"//     using var loaded = torch.load({literal}, weights_only: true);\n//     model.load_state_dict(loaded{Indexers(path)}.state_dict());\n");
        code.Append("//     model.eval();\n\n");
        code.Append("using System;\nusing Torchkeep;\nusing TorchSharp;\nusing TorchSharp.Modules;\nusing TorchSharp.Utils;\nusing static TorchSharp.torch;\n");
        code.Append(space is null ? "" : $"\nnamespace {space};\n");
    }

    private static string Indexers(string path) =>
        path.StartsWith('$') ? SafeText.Escape(path[1..].Replace('\'', '"')) : string.Concat(path.Split('.').Select(key => $"[{CodeText.Literal(key)}]"));

    // What stands in two places is made twice, and has the same values after a load.
    private static List<string> Ties(ModuleRecord model)
    {
        const int Most = 20;
        var ties = new List<string>();
        var modules = new Dictionary<ModuleRecord, string>(ReferenceEqualityComparer.Instance);
        var tensors = new Dictionary<PyTensor, string>(ReferenceEqualityComparer.Instance);
        foreach (var (path, module) in model.Walk())
        {
            if (!modules.TryAdd(module, path))
            {
                ties.Add($"in the file '{path}' is the same module as '{modules[module]}'");
                continue;
            }

            foreach (var (name, tensor) in module.Parameters)
            {
                var full = path.Length == 0 ? name : $"{path}.{name}";
                if (tensor is not null && !tensors.TryAdd(tensor, full))
                {
                    ties.Add($"in the file '{full}' is the same parameter as '{tensors[tensor]}'");
                }
            }
        }

        return ties.Count <= Most ? ties : [.. ties.Take(Most), $"and {ties.Count - Most} more are the same as others"];
    }
}
