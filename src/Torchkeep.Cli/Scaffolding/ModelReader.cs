namespace Torchkeep.Cli.Scaffolding;

/// <summary>Finds the classes that a model needs. A module that is no layer of TorchSharp's becomes an object of one of them.</summary>
internal sealed class ModelReader
{
    private const string Containers = "torch.nn.modules.container.";

    private readonly Dictionary<ModuleRecord, GeneratedClass> _made = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, GeneratedClass> _byShape = new(StringComparer.Ordinal);
    private readonly HashSet<string> _names = new(CodeText.ReservedTypes, StringComparer.Ordinal);
    private readonly List<GeneratedClass> _classes = [];
    private readonly string _rootName;
    private readonly ModuleRecord _root;

    private ModelReader(ModuleRecord root, string rootName)
    {
        _root = root;
        _rootName = rootName;
    }

    /// <summary>The classes, that of the model first and each before those it uses.</summary>
    /// <param name="root">The model.</param>
    /// <param name="rootName">What its class is called where it is one of PyTorch's own.</param>
    /// <exception cref="UnsupportedCheckpointException">Modules are nested too deep, or stand in too many places.</exception>
    internal static IReadOnlyList<GeneratedClass> Read(ModuleRecord root, string rootName)
    {
        // As deep as it lets them be, they fit on the stack.
        _ = root.Walk().Count();
        var reader = new ModelReader(root, rootName);
        reader.ClassOf(root);
        foreach (var found in reader._classes)
        {
            found.FindParameters();
        }

        return [.. reader._classes.AsEnumerable().Reverse()];
    }

    // Children are done first, so that a class comes after those it uses.
    private GeneratedClass ClassOf(ModuleRecord module)
    {
        if (_made.TryGetValue(module, out var known))
        {
            return known;
        }

        var fields = FieldsOf(module);
        var shape = $"{module.ClassName}\n{string.Join('\n', fields.Select(field => $"{field.Name} {field.IsPersistent} {field.Value.Shape}"))}";
        if (!_byShape.TryGetValue(shape, out var found))
        {
            var name = CodeText.Identifier(module == _root && module.ClassName.StartsWith("torch.nn.modules.", StringComparison.Ordinal) ? _rootName : module.Name);

            // A member is not called as its class.
            name = fields.Any(field => field.Identifier == name) || _names.Contains(name) && !_byShape.Values.Any(other => other.Name == name) ? $"{name}Module" : name;
            _byShape[shape] = found = new(_classes.Count, CodeText.Unique(name, _names), module);
            _classes.Add(found);
        }

        found.Add(module, fields);
        return _made[module] = found;
    }

    private List<CodeField> FieldsOf(ModuleRecord module)
    {
        var fields = new List<CodeField>();
        var taken = new HashSet<string>(StringComparer.Ordinal);
        var seen = new Dictionary<ModuleRecord, CodeField>(ReferenceEqualityComparer.Instance);
        foreach (var (name, tensor) in module.Parameters)
        {
            if (tensor is not null)
            {
                Add(name, new ParameterExpression(tensor, isParameter: true));
            }
        }

        foreach (var (name, tensor) in module.Buffers)
        {
            if (tensor is not null)
            {
                Add(name, new ParameterExpression(tensor, isParameter: false), !module.NonPersistentBuffers.Contains(name));
            }
        }

        foreach (var (name, child) in module.Children)
        {
            if (child is not null)
            {
                seen.TryAdd(child, seen.TryGetValue(child, out var first)
                    ? Add(name, new SameExpression(CodeText.Escaped(first.Identifier), first.Value))
                    : Add(name, Make(child)));
            }
        }

        return fields;

        CodeField Add(string name, CodeExpression value, bool isPersistent = true)
        {
            fields.Add(new(name, CodeText.Unique(CodeText.Identifier(name), taken), value, isPersistent));
            return fields[^1];
        }
    }

    private CodeExpression Make(ModuleRecord module) =>
        LayerCode.TryMake(module) is { } layer && LayerTensors.AreThoseOf(module) ? layer
        : (CodeExpression?)(module.ClassName.StartsWith(Containers, StringComparison.Ordinal) ? Container(module) : null)
            ?? new NewExpression(ClassOf(module), module);

    private ContainerExpression? Container(ModuleRecord module)
    {
        var kind = module.ClassName[Containers.Length..];
        if (kind is "ParameterList" or "ParameterDict")
        {
            return new(kind, [.. module.Parameters.Where(entry => entry.Value is not null).Select(entry => (entry.Key, (CodeExpression)new ParameterExpression(entry.Value!, isParameter: true)))], []);
        }

        // Whoever subclasses or fills one in another way gets a class.
        if (kind is not ("Sequential" or "ModuleList" or "ModuleDict") || module.Parameters.Count > 0 || module.Buffers.Count > 0 || module.Children.ContainsValue(null))
        {
            return null;
        }

        List<(string, CodeExpression Value)> children = [.. module.Children.Select(child => (child.Key, Make(child.Value!)))];
        return kind == "Sequential" && !children.TrueForAll(child => child.Value.IsPlain)
            ? ListOf(module, children)
            : kind == "ModuleList" && !IsNumbered(module) ? null
            : new(kind, children, []);
    }

    // TorchSharp's Sequential takes what makes one tensor of one.
    private static ContainerExpression ListOf(ModuleRecord module, List<(string, CodeExpression)> children) => new(
        IsNumbered(module) ? "ModuleList" : "ModuleDict",
        children,
        ["a Sequential in the file, whose parts TorchSharp's does not take: call them one after another"]);

    private static bool IsNumbered(ModuleRecord module) =>
        module.Children.Keys.Index().All(child => child.Item == child.Index.ToString(System.Globalization.CultureInfo.InvariantCulture));
}
