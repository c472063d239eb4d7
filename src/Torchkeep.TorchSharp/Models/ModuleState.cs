using System.Reflection;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Module = TorchSharp.torch.nn.Module;

namespace Torchkeep;

/// <summary>Gives a module that was made what a record of it has: types, ties, tensors, what needs gradients, modes.</summary>
internal sealed class ModuleState(ModuleRecord record, Module root, ModuleRegistry registry, TensorReader reader)
{
    private readonly Dictionary<string, Module> _modules = Index(root);
    private readonly Dictionary<PyTensor, Parameter> _first = new(ReferenceEqualityComparer.Instance);
    private bool _needsSharing;

    internal void Apply()
    {
        foreach (var (path, module) in record.Walk())
        {
            if (_modules.TryGetValue(path, out var made))
            {
                Convert(made, module);
            }
        }

        foreach (var (path, module) in record.Walk())
        {
            if (_modules.TryGetValue(path, out var made))
            {
                Tie(made, module);
            }
        }

        LoadTensors();
        foreach (var (path, module) in record.Walk())
        {
            if (_modules.TryGetValue(path, out var made))
            {
                CopyBuffers(made, module);
                made.train(module.IsTraining);
            }
        }

        // The module is the caller's, whatever scope it was made in.
        foreach (var (_, tensor) in ModuleTree.Entries(ModuleTree.Read(root), prefix: ""))
        {
            tensor.DetachFromDisposeScope();
        }

        foreach (var buffer in _modules.Values.SelectMany(module => ModuleFields.Buffers(module).Values.Select(entry => entry.Tensor)))
        {
            buffer?.DetachFromDisposeScope();
        }
    }

    private static Dictionary<string, Module> Index(Module root)
    {
        var modules = new Dictionary<string, Module>(StringComparer.Ordinal);
        var pending = new Stack<(string Path, Module Module)>();
        pending.Push(("", root));
        while (pending.TryPop(out var next))
        {
            modules.Add(next.Path, next.Module);
            foreach (var (name, child) in ModuleTree.ChildrenOf(next.Module))
            {
                pending.Push((next.Path.Length == 0 ? name : $"{next.Path}.{name}", child));
            }
        }

        return modules;
    }

    // C++ cannot exchange a parameter for one of another type, so TorchSharp's own layers are converted as a whole.
    private void Convert(Module made, ModuleRecord module)
    {
        if (made.GetType().Assembly != typeof(Module).Assembly || ModuleTree.ChildrenOf(made).Any())
        {
            return;
        }

        var tensors = module.Walk().SelectMany(entry => entry.Module.Parameters.Values.Concat(entry.Module.Buffers.Values));
        if (tensors.FirstOrDefault(tensor => tensor is not null && IsFloating(tensor)) is not { } example
            || ModuleFields.Parameters(made).Values.Concat(ModuleFields.Buffers(made).Values.Select(entry => entry.Tensor))
                .FirstOrDefault(tensor => tensor is not null && tensor.is_floating_point()) is not { } found)
        {
            return;
        }

        var (scalar, device) = (ElementTypeMap.ToScalar(example.View.ElementType), reader.DeviceOf(example.View));
        if (scalar != found.dtype || device.type != found.device_type)
        {
            made.to(device, scalar);
        }
    }

    private static bool IsFloating(PyTensor tensor) =>
        ElementTypeMap.TryToScalar(tensor.View.ElementType, out var scalar) && scalar is ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float32 or ScalarType.Float64;

    // The second place of a parameter gets the first one's object, as Python's has.
    private void Tie(Module made, ModuleRecord module)
    {
        foreach (var (name, tensor) in module.Parameters)
        {
            if (tensor is null || !ModuleFields.Parameters(made).TryGetValue(name, out var parameter))
            {
                continue;
            }

            if (!_first.TryAdd(tensor, parameter) && !ReferenceEquals(_first[tensor], parameter) && parameter.shape.SequenceEqual(_first[tensor].shape))
            {
                Replace(made, name, parameter, _first[tensor]);
            }
        }
    }

    private void Replace(Module made, string name, Parameter old, Parameter first)
    {
        switch (made)
        {
            case Embedding embedding:
                embedding.weight = first;
                return;
            case EmbeddingBag bag:
                bag.weight = first;
                return;
            case LSTM or GRU or RNN or LSTMCell or GRUCell or RNNCell or MultiheadAttention or TransformerEncoderLayer or TransformerDecoderLayer
                or TransformerEncoder or TransformerDecoder or Transformer:
                // C++ holds the tensor itself: the memory can be shared, the object cannot.
                _needsSharing = true;
                return;
        }

        for (var type = made.GetType(); type != typeof(Module); type = type.BaseType!)
        {
            foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                if (field.FieldType.IsAssignableFrom(typeof(Parameter)) && ReferenceEquals(field.GetValue(made), old))
                {
                    field.SetValue(made, first);
                }
            }
        }

        ModuleFields.Parameters(made)[name] = first;
    }

    private void LoadTensors()
    {
        var state = new PyDict(isOrdered: true);
        var metadata = new PyDict(isOrdered: true);
        foreach (var (path, module) in record.Walk())
        {
            // A norm layer counts batches since PyTorch 0.4.1 (torch/nn/modules/batchnorm.py, _version).
            metadata[path] = new PyDict { ["version"] = module.Buffers.ContainsKey("running_mean") && !module.Buffers.ContainsKey("num_batches_tracked") ? 1 : 2 };

            // What TorchSharp's class took as settings it has not as buffers.
            var settings = registry.Find(module.ClassName) is null && LayerTable.ByClass.TryGetValue(module.ClassName, out var layer) ? layer.SettingBuffers : [];
            var prefix = path.Length == 0 ? "" : $"{path}.";
            foreach (var (name, tensor) in module.Parameters.Concat(module.Buffers.Where(buffer => !module.NonPersistentBuffers.Contains(buffer.Key) && !settings.Contains(buffer.Key))))
            {
                if (tensor is not null)
                {
                    state[prefix + name] = tensor;
                }
            }
        }

        state.Attributes = new() { ["_metadata"] = metadata };
        var targets = ModuleTree.Entries(ModuleTree.Read(root), prefix: "").ToDictionary(entry => entry.Key, entry => entry.Tensor);
        var assign = _needsSharing || state.Any(entry =>
            targets.TryGetValue(entry.Key.AsString(), out var target)
            && ElementTypeMap.TryToScalar(((PyTensor)entry.Value).View.ElementType, out var scalar)
            && scalar != target.dtype);
        StateDictLoader.Load(root, StateSource.Of(state, reader), strict: true, assign, new(progress: null, CancellationToken.None));
        foreach (var (key, value) in state)
        {
            if (targets[key.AsString()] is Parameter parameter && parameter.requires_grad != ((PyTensor)value).RequiresGrad)
            {
                parameter.requires_grad_(((PyTensor)value).RequiresGrad);
            }
        }
    }

    private void CopyBuffers(Module made, ModuleRecord module)
    {
        using var noGradients = no_grad();
        foreach (var name in module.NonPersistentBuffers)
        {
            if (ModuleFields.Buffers(made).TryGetValue(name, out var buffer) && buffer.Tensor is { } target && module.Buffers.GetValueOrDefault(name) is { } tensor && tensor.View.Shape.AsSpan().SequenceEqual(target.shape))
            {
                using var values = reader.Read(tensor);
                target.copy_(values);
            }
        }
    }
}
