using TorchSharp;
using TorchSharp.Modules;
using Module = TorchSharp.torch.nn.Module;

namespace Torchkeep;

/// <summary>One module of a file, as a factory of a <see cref="ModuleRegistry"/> gets it: settings, children and shapes.</summary>
public sealed class SavedModule
{
    internal SavedModule(ModuleBuilder builder, ModuleRecord record, string path)
    {
        Builder = builder;
        Record = record;
        this.path = path;
    }

    /// <summary>Where it stands in the model, such as <c>layer1.0</c>; empty for the model itself.</summary>
    public string path { get; }

    /// <summary>The Python class with its module.</summary>
    public string class_name => Record.ClassName;

    /// <summary>Whether it was in training mode. What a factory returns is put into that mode afterwards.</summary>
    public bool training => Record.IsTraining;

    /// <summary>The attributes that the Python object had beside tensors, children and hooks.</summary>
    public IReadOnlyDictionary<string, PyValue> settings => Record.Settings;

    /// <summary>The children by name; one that is None in Python is not here.</summary>
    public IReadOnlyDictionary<string, SavedModule> children =>
        Record.Children.Where(child => child.Value is not null).ToDictionary(child => child.Key, child => ChildOf(child.Key));

    /// <summary>Type and shape of the parameters by name; one that is None in Python is not here.</summary>
    public IReadOnlyDictionary<string, TensorView> parameters => Views(Record.Parameters);

    /// <summary>Type and shape of the buffers by name; one that is None in Python is not here.</summary>
    public IReadOnlyDictionary<string, TensorView> buffers => Views(Record.Buffers);

    internal ModuleBuilder Builder { get; }

    internal ModuleRecord Record { get; }

    /// <summary>An attribute that the Python object had: <c>saved["hidden_size"].AsInt64()</c>.</summary>
    /// <param name="setting">Its name.</param>
    /// <exception cref="KeyNotFoundException">There is none of that name; the message lists those there are.</exception>
    public PyValue this[string setting] => Record.Settings.TryGetValue(setting, out var value)
        ? value
        : throw new KeyNotFoundException($"{Describe()} has no setting '{Shown(setting)}'; it has {List(Record.Settings.Keys)}");

    /// <summary>A child, made by the registry; each is made once, however often it is asked for.</summary>
    /// <typeparam name="T">The class in C#.</typeparam>
    /// <param name="name">Its name.</param>
    /// <exception cref="KeyNotFoundException">There is none of that name; the message lists those there are.</exception>
    /// <exception cref="NotSupportedException">It is made as another class, or cannot be made; the message says why.</exception>
    /// <exception cref="UnknownClassException">Its class, or one below it, is not in the registry.</exception>
    public T child<T>(string name)
        where T : Module => Record.Children.GetValueOrDefault(name) is not null
            ? Builder.Build<T>(ChildOf(name))
            : throw new KeyNotFoundException($"{Describe()} has no child '{Shown(name)}'; it has {List(Record.Children.Where(child => child.Value is not null).Select(child => child.Key))}");

    /// <summary>All children in a Sequential, under their names: for a Python class that derives from <c>nn.Sequential</c>.</summary>
    /// <exception cref="NotSupportedException">A child does not take and return one tensor.</exception>
    public Sequential sequential()
    {
        var parts = new List<(string, torch.nn.Module<torch.Tensor, torch.Tensor>)>();
        foreach (var name in Record.Children.Keys)
        {
            var child = child<Module>(name);
            parts.Add((name, child as torch.nn.Module<torch.Tensor, torch.Tensor> ?? throw new NotSupportedException(
                $"{ChildOf(name).Describe()} does not take one tensor and return one, as TorchSharp's Sequential wants of all that stand in it")));
        }

        return torch.nn.Sequential([.. parts]);
    }

    /// <summary>A child that is a ModuleList, of modules of one class.</summary>
    /// <typeparam name="T">Their class in C#.</typeparam>
    /// <param name="name">The child's name.</param>
    public ModuleList<T> list<T>(string name)
        where T : Module => Existing(name).ListOf<T>();

    /// <summary>A child that is a ModuleDict, of modules of one class.</summary>
    /// <typeparam name="T">Their class in C#.</typeparam>
    /// <param name="name">The child's name.</param>
    public ModuleDict<T> dict<T>(string name)
        where T : Module => Existing(name).DictOf<T>();

    internal ModuleList<T> ListOf<T>()
        where T : Module => torch.nn.ModuleList([.. Record.Children.Keys.Select(child<T>)]);

    internal ModuleDict<T> DictOf<T>()
        where T : Module => torch.nn.ModuleDict([.. Record.Children.Keys.Select(name => (name, child<T>(name)))]);

    internal SavedModule ChildOf(string name) => new(Builder, Record.Children[name]!, path.Length == 0 ? name : $"{path}.{name}");

    /// <summary>Its place and class, for messages.</summary>
    internal string Describe() => path.Length == 0 ? $"the model ({Shown(class_name)})" : $"{Quoted(path)} ({Shown(class_name)})";

    /// <summary>A value in a message.</summary>
    internal static string Text(PyValue value) => value switch
    {
        PyTuple { Items.Length: <= 8 } tuple => $"({string.Join(", ", tuple.Items.Select(Text))}{(tuple.Items.Length == 1 ? "," : "")})",
        PyList { Items.Count: <= 8 } list => $"[{string.Join(", ", list.Items.Select(Text))}]",
        PyString text => Quoted(text.Value),
        PyObject record => Shown(record.ClassName),
        _ => Shown(value.ToString()!),
    };

    /// <summary>The start of a text of a file, escaped.</summary>
    internal static string Shown(string text) => SafeText.Escape(Start(text));

    private static string Quoted(string text) => SafeText.Escape(new PyString(Start(text)).ToString());

    private static string Start(string text)
    {
        const int Longest = 120;
        return text.Length <= Longest ? text : $"{text[..Longest]}...";
    }

    private SavedModule Existing(string name) => Record.Children.GetValueOrDefault(name) is not null
        ? ChildOf(name)
        : throw new KeyNotFoundException($"{Describe()} has no child '{Shown(name)}'; it has {List(Record.Children.Keys)}");

    private static string List(IEnumerable<string> names) => string.Join(", ", names.Take(40).Select(name => $"'{Shown(name)}'")) is { Length: > 0 } list ? list : "none";

    private static Dictionary<string, TensorView> Views(OrderedDictionary<string, PyTensor?> tensors) =>
        tensors.Where(entry => entry.Value is not null).ToDictionary(entry => entry.Key, entry => entry.Value!.View);
}
