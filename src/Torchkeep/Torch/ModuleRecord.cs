using Torchkeep.Torch;

namespace Torchkeep;

/// <summary>
/// A whole <c>torch.nn.Module</c> of a file, as the inert record that <c>torch.save(model)</c> or <c>torch.jit.save</c>
/// left of it: its class's name, its settings, tensors and children. Nothing of the class was looked up or run.
/// </summary>
/// <remarks>
/// Source of the layout: torch/nn/modules/module.py, <c>Module.__init__</c> and <c>__setstate__</c>. A module that stands in
/// two places of the file is one <see cref="ModuleRecord"/>.
/// </remarks>
public sealed class ModuleRecord
{
    private const string Unscripted = "__torch__.";

    private ModuleRecord(PyObject record, PyGlobal global, PyDict state, bool isFlat)
    {
        IsScripted = IsOfScript(global);
        IsFlat = isFlat;
        ClassName = IsScripted ? Readable(global) : global.ToString();
        Value = record;
        State = state;
    }

    /// <summary>The class with its module, such as <c>torch.nn.modules.linear.Linear</c>; of a scripted one, that of the class it was made of.</summary>
    public string ClassName { get; }

    /// <summary>The last part of <see cref="ClassName"/>.</summary>
    public string Name => ClassName[(ClassName.LastIndexOf('.') + 1)..];

    /// <summary>Whether it was in training mode; true where the file does not say, as of a new module.</summary>
    public bool IsTraining { get; private set; } = true;

    /// <summary>Whether it comes from a TorchScript archive, which lists everything as attributes.</summary>
    public bool IsScripted { get; }

    /// <summary>The record itself.</summary>
    public PyObject Value { get; }

    /// <summary>The parameters by name; null where the module has the name and no parameter, as a layer without bias.</summary>
    public OrderedDictionary<string, PyTensor?> Parameters { get; } = new(StringComparer.Ordinal);

    /// <summary>The buffers by name; null where the module has the name and no buffer.</summary>
    public OrderedDictionary<string, PyTensor?> Buffers { get; } = new(StringComparer.Ordinal);

    /// <summary>The names of buffers that a state_dict leaves out.</summary>
    public HashSet<string> NonPersistentBuffers { get; } = new(StringComparer.Ordinal);

    /// <summary>The children by name; null where the module has the name and no child, as a transformer without a last norm.</summary>
    public OrderedDictionary<string, ModuleRecord?> Children { get; } = new(StringComparer.Ordinal);

    /// <summary>The class's own attributes, which of PyTorch's layers are the settings of its constructor.</summary>
    public OrderedDictionary<string, PyValue> Settings { get; } = new(StringComparer.Ordinal);

    /// <summary>Names of what else would run when the module is called: the hook lists that are not empty, with the classes of the hooks.</summary>
    public List<string> Hooks { get; } = [];

    /// <summary>Whether its state lists parameters, buffers and children among its attributes.</summary>
    internal bool IsFlat { get; }

    /// <summary>The state that makes up the record.</summary>
    internal PyDict State { get; }

    /// <summary>Reads a value as a module, with all that lies under it; null when it is none.</summary>
    /// <param name="value">The value.</param>
    /// <exception cref="UnsupportedCheckpointException">A module lies inside of itself.</exception>
    public static ModuleRecord? TryRead(PyValue value) => new ModuleRecordReader(PythonModules.Instance).TryRead(value);

    /// <summary>This module and all under it with their paths, parents first, in the order of the file; one that stands in two places comes twice.</summary>
    /// <exception cref="UnsupportedCheckpointException">They are nested more than 100 deep, stand in more than a million places or far more than there are modules, or have paths of more than 64 million characters together.</exception>
    public IEnumerable<(string Path, ModuleRecord Module)> Walk()
    {
        const int MaxDepth = 100;
        const int MaxPlaces = 1_000_000;

        // One module can stand in many places, and a long name in many paths.
        const int FreePlaces = 50_000;
        const int PlacesPerModule = 10;
        const long MaxCharacters = 64L << 20;
        var seen = new HashSet<ModuleRecord>(ReferenceEqualityComparer.Instance);
        long characters = 0;
        var pending = new Stack<(string Path, int Depth, ModuleRecord Module)>();
        var places = 0;
        pending.Push(("", 0, this));
        while (pending.TryPop(out var next))
        {
            seen.Add(next.Module);
            characters += next.Path.Length;
            var most = Math.Min(MaxPlaces, FreePlaces + (PlacesPerModule * seen.Count));
            if (next.Depth > MaxDepth || ++places > most || characters > MaxCharacters)
            {
                throw new UnsupportedCheckpointException($"its modules are nested more than {MaxDepth} deep, stand in more than {most} places, or have paths of more than {MaxCharacters} characters together");
            }

            yield return (next.Path, next.Module);
            foreach (var (name, child) in next.Module.Children.Reverse())
            {
                if (child is not null)
                {
                    pending.Push((next.Path.Length == 0 ? name : $"{next.Path}.{name}", next.Depth + 1, child));
                }
            }
        }
    }

    /// <summary>The class with its path and how many tensors and children it has.</summary>
    public override string ToString() => $"{ClassName}: {Parameters.Count} parameters, {Buffers.Count} buffers, {Children.Count} children";

    internal void SetTraining(bool isTraining) => IsTraining = isTraining;

    // __torch__.torch.nn.modules.linear.___torch_mangle_4 Linear.
    private static string Readable(PyGlobal global) => string.Join('.', $"{global.Module}.{global.Name}".Split('.')
        .Where((part, i) => !(i == 0 && part == Unscripted.TrimEnd('.')) && !part.StartsWith("___torch_mangle_", StringComparison.Ordinal)));

    internal static ModuleRecord? TryBegin(PyValue value)
    {
        if (value is not PyObject record || ClassOf(record) is not { } global)
        {
            return null;
        }

        // A scripted one has a flat list of attributes.
        var fields = PythonModules.FieldsOf(value);
        return fields is not null ? new(record, global, fields, isFlat: false)
            : record.State is PyDict state && IsOfScript(global) ? new(record, global, state, isFlat: true)
            : null;
    }

    private static bool IsOfScript(PyGlobal global) =>
        global.Module.StartsWith(Unscripted, StringComparison.Ordinal) || global.Module == Unscripted.TrimEnd('.');

    // Classes without a constructor argument come as New, and in protocols 0 and 1 by copyreg's function (Lib/copyreg.py).
    private static PyGlobal? ClassOf(PyObject record) => record switch
    {
        { Callable: PyGlobal { Name: "_reconstructor" }, Arguments.Items: [PyGlobal made, ..] } => made,
        { Callable: PyGlobal made } when made.Equals(TorchNames.ReconstructPersistent) =>
            new(made.Module, PythonModules.PersistentOf(record, "class_name") is PyString name ? name.Value : made.Name),
        { Callable: PyGlobal made } => made,
        _ => null,
    };
}
