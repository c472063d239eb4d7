using System.Text;

namespace Torchkeep;

/// <summary>Finds the classes of a file that a registry lacks, and says what one needs to know to map them.</summary>
internal static class UnknownClasses
{
    private const int MostClasses = 50;

    internal static UnknownClassException Error(ModuleRecord root, ModuleRegistry registry)
    {
        var found = Find(root, registry);
        var text = new StringBuilder();
        text.Append(found.Count == 1 ? "the file has a class that the registry does not know:" : $"the file has {found.Count} classes that the registry does not know:");
        foreach (var (name, places) in found.Take(MostClasses))
        {
            Describe(text, name, places);
        }

        text.Append("\nMap each to a class of yours. To start from:\n    var registry = new ModuleRegistry()");
        foreach (var (name, places) in found.Take(MostClasses))
        {
            var type = Identifier(places[0].Module.Name);
            text.Append(places[0].Module.Children.Count == 0 || places[0].Path.Length == 0
                ? $"\n        .map<{type}>({Literal(name)})"
                : $"\n        .map({Literal(name)}, saved => new {type}({Arguments(places[0].Module)}))");
        }

        text.Append(";\nmap<T>(name) is for a class whose parameterless constructor makes its layers; saved.child<T>(\"name\") gives a layer of the file, "
            + "saved[\"setting\"] a setting, saved.sequential() all layers in a row. Without any class, load_state_dict and state_dict take the tensors of the file as it is.");
        return new([.. found.Keys], text.ToString());
    }

    private static OrderedDictionary<string, List<(string Path, ModuleRecord Module)>> Find(ModuleRecord root, ModuleRegistry registry)
    {
        var found = new OrderedDictionary<string, List<(string, ModuleRecord)>>(StringComparer.Ordinal);
        var skipped = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (path, module) in root.Walk())
        {
            var mapping = registry.Find(module.ClassName);
            var layer = mapping is null ? LayerTable.ByClass.GetValueOrDefault(module.ClassName) : null;
            if (skipped.Contains(ParentOf(path)) && path.Length > 0)
            {
                skipped.Add(path);
            }
            else if (mapping is { IsStateOnly: true } || layer is { IsWhole: true })
            {
                // What lies below is made with it.
                skipped.Add(path);
            }
            else if (mapping is null && layer is null)
            {
                if (!found.TryGetValue(module.ClassName, out var places))
                {
                    found[module.ClassName] = places = [];
                }

                places.Add((path, module));
            }
        }

        return found;
    }

    private static string ParentOf(string path) => path.LastIndexOf('.') is var dot && dot < 0 ? "" : path[..dot];

    private static void Describe(StringBuilder text, string name, List<(string Path, ModuleRecord Module)> places)
    {
        var (path, module) = places[0];
        text.Append($"\n  {SavedModule.Shown(name)}: ");
        text.Append(path.Length == 0 ? "the model itself" : places.Count == 1 ? $"once, at {Quoted(path)}" : $"{places.Count} times, first at {Quoted(path)}");
        Append(text, "settings", module.Settings.Select(setting => $"{SavedModule.Shown(setting.Key)}={SavedModule.Text(setting.Value)}"));
        Append(text, "parameters", module.Parameters.Where(entry => entry.Value is not null).Select(Shape));
        Append(text, "buffers", module.Buffers.Where(entry => entry.Value is not null).Select(Shape));
        Append(text, "children", module.Children.Where(child => child.Value is not null).Select(child => $"{SavedModule.Shown(child.Key)} ({SavedModule.Shown(child.Value!.Name)})"));
    }

    private static void Append(StringBuilder text, string what, IEnumerable<string> items)
    {
        const int Most = 30;
        List<string> all = [.. items.Take(Most + 1)];
        if (all.Count > 0)
        {
            text.Append($"\n      {what}: {string.Join(", ", all.Take(Most))}{(all.Count > Most ? ", ..." : "")}");
        }
    }

    private static string Shape(KeyValuePair<string, PyTensor?> entry) => $"{SavedModule.Shown(entry.Key)} [{string.Join(", ", entry.Value!.View.Shape)}]";

    private static string Quoted(string path) => new PyString(SavedModule.Shown(path)).ToString();

    private static string Arguments(ModuleRecord module) =>
        string.Join(", ", module.Children.Where(child => child.Value is not null).Take(10).Select(child =>
            $"saved.child<{TypeOf(child.Value!)}>({Literal(child.Key)})"));

    private static string TypeOf(ModuleRecord module) =>
        !LayerTable.ByClass.TryGetValue(module.ClassName, out var layer) ? Identifier(module.Name)
            : layer.Type.IsGenericType ? $"{layer.Type.Name.Split('`')[0]}<Module>"
            : layer.Type.IsVisible ? layer.Type.Name

            // A class of ours, which has no name to others.
            : layer.Type.BaseType!.GetGenericArguments().Length == 2 ? "Module<Tensor, Tensor>" : "Module";

    private static string Identifier(string name) => new([.. name.Where(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_')]);

    private static string Literal(string text) => $"\"{string.Concat(text.Select(letter => letter is '"' or '\\' ? $"\\{letter}" : char.IsControl(letter) ? $"\\u{(int)letter:x4}" : $"{letter}"))}\"";
}
