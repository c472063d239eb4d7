using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.CompilerServices;
using Module = TorchSharp.torch.nn.Module;

namespace Torchkeep;

/// <summary>
/// Says how the Python classes of whole models become TorchSharp modules, and the reverse. PyTorch's own layers are in it;
/// <see cref="map{T}(string[])"/> adds classes of yours. Only names that are here are ever made into anything: nothing is
/// looked up by what a file says.
/// </summary>
/// <remarks>
/// It does not change: <c>map</c> and <c>ignore</c> return another. All of them remember what TorchSharp does not tell of the
/// modules they loaded, or were told of by <see cref="describe"/>, so that these can be saved again. Safe from several threads.
/// </remarks>
public sealed class ModuleRegistry
{
    private readonly ImmutableArray<ModuleMapping> _mappings;
    private readonly ImmutableHashSet<string> _ignored;
    private readonly ConditionalWeakTable<Module, Dictionary<string, PyValue>> _given;

    /// <summary>PyTorch's own layers alone.</summary>
    public ModuleRegistry()
        : this([], ImmutableHashSet.Create<string>(StringComparer.Ordinal), [])
    {
    }

    private ModuleRegistry(
        ImmutableArray<ModuleMapping> mappings, ImmutableHashSet<string> ignored, ConditionalWeakTable<Module, Dictionary<string, PyValue>> given)
    {
        _mappings = mappings;
        _ignored = ignored;
        _given = given;
    }

    /// <summary>
    /// A class that its parameterless constructor makes whole, children included, and that then takes the file's state_dict,
    /// strictly. The file's classes below it need no mapping.
    /// </summary>
    /// <typeparam name="T">The class in C#.</typeparam>
    /// <param name="names">
    /// The Python classes it stands for, such as <c>net.TheModelClass</c>; <c>*</c> stands for anything. None, and its
    /// <see cref="PythonClassAttribute"/> says them. An exact name is taken before a wildcard, and a later mapping before an
    /// earlier one. The first name is written.
    /// </param>
    /// <exception cref="ArgumentException">There are no names and no attribute.</exception>
    public ModuleRegistry map<T>(params string[] names)
        where T : Module, new() => With(new(NamesOf(typeof(T), names), typeof(T), _ => new T(), IsStateOnly: true));

    /// <summary>A class that a factory makes of the settings and children in the file. Tensors are copied into it afterwards.</summary>
    /// <typeparam name="T">The class in C#.</typeparam>
    /// <param name="name">The Python class it stands for; <c>*</c> stands for anything.</param>
    /// <param name="make">Makes it; gets its children from what it is given, or makes them anew.</param>
    public ModuleRegistry map<T>(string name, Func<SavedModule, T> make)
        where T : Module
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(make);
        return With(new([name], typeof(T), make, IsStateOnly: false));
    }

    /// <summary>As the other, for a class whose <see cref="PythonClassAttribute"/> says the names.</summary>
    /// <typeparam name="T">The class in C#.</typeparam>
    /// <param name="make">Makes it; gets its children from what it is given, or makes them anew.</param>
    /// <exception cref="ArgumentException">The class has no such attribute.</exception>
    public ModuleRegistry map<T>(Func<SavedModule, T> make)
        where T : Module
    {
        ArgumentNullException.ThrowIfNull(make);
        return With(new(NamesOf(typeof(T), []), typeof(T), make, IsStateOnly: false));
    }

    /// <summary>
    /// Attributes of PyTorch's own layers in a file that may be lost: a layer with a setting that TorchSharp's class has not
    /// is else refused.
    /// </summary>
    /// <param name="settings">The names of the attributes.</param>
    public ModuleRegistry ignore(params string[] settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return new(_mappings, _ignored.Union(settings), _given);
    }

    /// <summary>
    /// Gives what TorchSharp does not tell of a module and a saved one must say, such as the dropout of an LSTM or the heads
    /// of an attention. It is remembered for as long as the module lives.
    /// </summary>
    /// <param name="module">The module.</param>
    /// <param name="settings">Python's names and values: <c>("num_heads", 8), ("dropout", 0.1)</c>.</param>
    /// <exception cref="NotSupportedException">A value has no counterpart in a file.</exception>
    public void describe(Module module, params (string Name, object? Value)[] settings)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(settings);
        using var encoder = new ValueEncoder();
        foreach (var (name, value) in settings)
        {
            Remember(module, name, encoder.Encode(value));
        }
    }

    internal ModuleMapping? Find(string className) =>
        _mappings.LastOrDefault(mapping => mapping.Has(className)) ?? _mappings.LastOrDefault(mapping => mapping.Matches(className));

    internal bool Ignores(string setting) => _ignored.Contains(setting);

    /// <summary>The Python class under which a class is saved, or null.</summary>
    internal string? NameOf(Type type) =>
        _mappings.LastOrDefault(mapping => mapping.Type == type && mapping.WrittenName is not null)?.WrittenName
            ?? type.GetCustomAttribute<PythonClassAttribute>()?.Name;

    internal void Remember(Module module, string name, PyValue value)
    {
        var given = _given.GetOrCreateValue(module);
        lock (given)
        {
            given[name] = value;
        }
    }

    internal Dictionary<string, PyValue> GivenFor(Module module)
    {
        if (!_given.TryGetValue(module, out var given))
        {
            return [];
        }

        lock (given)
        {
            return new(given, StringComparer.Ordinal);
        }
    }

    private ModuleRegistry With(ModuleMapping mapping) => new(_mappings.Add(mapping), _ignored, _given);

    private static string[] NamesOf(Type type, string[] names)
    {
        ArgumentNullException.ThrowIfNull(names);
        if (names.Length > 0)
        {
            return names;
        }

        return type.GetCustomAttribute<PythonClassAttribute>() is { } attribute
            ? [attribute.Name, .. attribute.Formerly.Split(' ', StringSplitOptions.RemoveEmptyEntries)]
            : throw new ArgumentException($"say which Python class {type.Name} is: map<{type.Name}>(\"module.Class\"), or [PythonClass(\"module.Class\")] on it");
    }
}
