using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;
using Module = TorchSharp.torch.nn.Module;

namespace Torchkeep;

/// <summary>
/// Makes the modules of a whole model, and then gives them what the file says: element types and devices, ties, tensors,
/// modes. Each record becomes one module, however many places it stands in.
/// </summary>
internal sealed class ModuleBuilder
{
    // torch/nn/parallel: they add nothing to a model but a name before every key.
    private static readonly string[] _wrappers =
        ["torch.nn.parallel.data_parallel.DataParallel", "torch.nn.parallel.distributed.DistributedDataParallel"];

    private readonly Dictionary<ModuleRecord, Module> _built = [];
    private readonly ModuleRecord _root;
    private readonly TensorReader _reader;

    private ModuleBuilder(ModuleRecord root, ModuleRegistry registry, TensorReader reader)
    {
        _root = root;
        _reader = reader;
        Registry = registry;
    }

    internal ModuleRegistry Registry { get; }

    /// <exception cref="UnknownClassException">The registry lacks classes.</exception>
    internal static T Load<T>(ModuleRecord record, ModuleRegistry registry, TensorReader reader)
        where T : Module
    {
        while (_wrappers.Contains(record.ClassName) && registry.Find(record.ClassName) is null && record.Children.GetValueOrDefault("module") is { } wrapped)
        {
            record = wrapped;
        }

        // Before anything is made: neither too deep nor endless.
        _ = record.Walk().Count();
        var builder = new ModuleBuilder(record, registry, reader);
        try
        {
            using var scope = NewDisposeScope();
            var module = builder.Build<T>(new(builder, record, path: ""));
            new ModuleState(record, module, registry, reader).Apply();
            return module;
        }
        catch
        {
            foreach (var module in builder._built.Values)
            {
                module.Dispose();
            }

            throw;
        }
    }

    internal T Build<T>(SavedModule saved)
        where T : Module
    {
        var module = Build(saved);
        return module as T ?? throw new NotSupportedException($"{saved.Describe()} becomes a {module.GetType().Name}, not a {typeof(T).Name}");
    }

    /// <summary>A tensor that a constructor takes.</summary>
    internal Tensor ReadSetting(PyTensor tensor) => _reader.Read(tensor).detach().DetachFromDisposeScope();

    private Module Build(SavedModule saved)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (_built.TryGetValue(saved.Record, out var known))
        {
            return known;
        }

        var module = Registry.Find(saved.class_name) is { } mapping ? mapping.Make(saved)
            : LayerTable.ByClass.TryGetValue(saved.class_name, out var layer) ? Build(layer, saved)
            : throw UnknownClasses.Error(_root, Registry);
        _built[saved.Record] = module ?? throw new InvalidOperationException($"the factory of {saved.Describe()} returned null");
        return module;
    }

    private Module Build(Layer layer, SavedModule saved)
    {
        CheckHooks(layer, saved);
        var settings = new LayerSettings(saved);
        Module module;
        try
        {
            module = layer.Build(settings);
        }
        catch (Exception error) when (error is ExternalException or ArgumentException or OverflowException)
        {
            throw new NotSupportedException($"{saved.Describe()} cannot be made of its settings: {SafeText.Escape(error.Message.Split('\n')[0])}", error);
        }

        settings.CheckAllAsked();
        foreach (var (name, value) in settings.Hidden)
        {
            Registry.Remember(module, name.AsString(), value);
        }

        return module;
    }

    // What else runs when the layer is called would be lost.
    private static void CheckHooks(Layer layer, SavedModule saved)
    {
        foreach (var (path, module) in layer.IsWhole ? saved.Record.Walk() : [("", saved.Record)])
        {
            if (module.Hooks is [var hook, ..])
            {
                throw new NotSupportedException(
                    $"{saved.Describe()} has hooks{(path.Length == 0 ? "" : $" at '{SavedModule.Shown(path)}'")} that TorchSharp would not run: {SavedModule.Shown(hook)}");
            }
        }
    }
}
