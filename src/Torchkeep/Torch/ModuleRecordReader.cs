namespace Torchkeep.Torch;

/// <summary>Reads records of modules, one for each object, off a list of pending ones instead of the call stack.</summary>
/// <param name="modules">Of a TorchScript archive, what its code says.</param>
internal sealed class ModuleRecordReader(IModuleReader modules)
{
    // Hooks that act on a call; those that act on a state_dict change nothing that is here (torch/nn/modules/module.py).
    private static readonly string[] _hookLists =
        ["_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks"];

    // What Module.__init__ makes, in all versions; the rest is the class's own.
    private static readonly HashSet<string> _machinery =
    [
        "training", "_parameters", "_buffers", "_modules", "_non_persistent_buffers_set", "_is_full_backward_hook", "_backend",
        "_forward_hooks_with_kwargs", "_forward_hooks_always_called", "_forward_pre_hooks_with_kwargs", "_state_dict_hooks",
        "_state_dict_pre_hooks", "_load_state_dict_pre_hooks", "_load_state_dict_post_hooks", "_compiled_call_impl", .. _hookLists,
    ];

    private readonly Dictionary<PyValue, ModuleRecord?> _modules = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<PyValue, PyTensor?> _tensors = new(ReferenceEqualityComparer.Instance);
    private readonly Queue<ModuleRecord> _pending = new();

    internal ModuleRecord? TryRead(PyValue value)
    {
        var root = Find(value);
        while (_pending.TryDequeue(out var module))
        {
            if (module.IsFlat)
            {
                ReadAttributes(module);
            }
            else
            {
                ReadState(module);
            }
        }

        if (root is not null)
        {
            CheckCycles(root);
        }

        return root;
    }

    private ModuleRecord? Find(PyValue value)
    {
        if (!_modules.TryGetValue(value, out var module))
        {
            _modules[value] = module = ModuleRecord.TryBegin(value);
            if (module is not null)
            {
                _pending.Enqueue(module);
            }
        }

        return module;
    }

    private void ReadState(ModuleRecord module)
    {
        foreach (var (key, value) in module.State)
        {
            if (key is not PyString { Value: var name })
            {
                continue;
            }

            switch (name)
            {
                case "training" when value is PyBool training:
                    module.SetTraining(training.Value);
                    break;
                case "_parameters":
                    ReadTensors(module, module.Parameters, value);
                    break;
                case "_buffers":
                    ReadTensors(module, module.Buffers, value);
                    break;
                case "_modules":
                    ReadChildren(module, value);
                    break;
                case "_non_persistent_buffers_set" when value is PySet names:
                    module.NonPersistentBuffers.UnionWith(names.Items.OfType<PyString>().Select(text => text.Value));
                    break;
                default:
                    if (_hookLists.Contains(name))
                    {
                        ReadHooks(module, name, value);
                    }
                    else if (!_machinery.Contains(name))
                    {
                        module.Settings[name] = value;
                    }

                    break;
            }
        }
    }

    private void ReadTensors(ModuleRecord module, OrderedDictionary<string, PyTensor?> tensors, PyValue entries)
    {
        foreach (var (key, value) in entries as PyDict ?? [])
        {
            if (key is PyString name)
            {
                // What is neither None nor a tensor is left to be found among the settings.
                if (value is PyNone || TensorOf(value) is not null)
                {
                    tensors[name.Value] = TensorOf(value);
                }
                else
                {
                    module.Settings[name.Value] = value;
                }
            }
        }
    }

    private PyTensor? TensorOf(PyValue value)
    {
        if (!_tensors.TryGetValue(value, out var tensor))
        {
            _tensors[value] = tensor = value switch
            {
                PyTensor plain => plain,

                // As PyTorch wrote it before 0.4: (data,) and then (requires_grad, volatile, hooks).
                PyObject { Callable: PyGlobal callable, Arguments.Items: [PyTensor data, ..] } record when TorchNames.AreParameters.Contains(callable) =>
                    new(data.View, record.State is not PyTuple { Items: [PyBool { Value: false }, ..] }, isParameter: callable.Name == "Parameter"),
                _ => null,
            };
        }

        return tensor;
    }

    private void ReadChildren(ModuleRecord module, PyValue entries)
    {
        foreach (var (key, value) in (PyDict)entries)
        {
            if (key is PyString name)
            {
                module.Children[name.Value] = Find(value);
            }
        }
    }

    private static void ReadHooks(ModuleRecord module, string name, PyValue value)
    {
        if (value is PyDict { Count: > 0 } hooks)
        {
            module.Hooks.Add($"{name} ({string.Join(", ", hooks.Select(hook => hook.Value is PyObject record ? record.ClassName : hook.Value.Brief))})");
        }
    }

    // Of a TorchScript archive. Its code says which are parameters; without it those are taken that need a gradient.
    private void ReadAttributes(ModuleRecord module)
    {
        var parameters = modules.TryRead(module.Value, out var parts)
            ? parts.Tensors.Take(parts.ParameterCount).Select(entry => entry.Key).ToHashSet(StringComparer.Ordinal)
            : null;
        var buffers = parts?.Tensors.Skip(parts.ParameterCount).Select(entry => entry.Key).ToHashSet(StringComparer.Ordinal);
        foreach (var (key, value) in module.State)
        {
            if (key is not PyString { Value: var name } || name == "_is_full_backward_hook")
            {
                continue;
            }

            if (name == "training" && value is PyBool training)
            {
                module.SetTraining(training.Value);
            }
            else if (value is PyTensor tensor)
            {
                (parameters?.Contains(name) ?? (tensor.RequiresGrad || tensor.IsParameter) ? module.Parameters : module.Buffers)[name] = tensor;
                if (buffers?.Contains(name) == false && parameters?.Contains(name) == false)
                {
                    // A tensor that no state_dict has.
                    module.NonPersistentBuffers.Add(name);
                }
            }
            else if ((parts is null || modules.IsModule(value)) && Find(value) is { } child)
            {
                // What is of a class that is no module is a value.
                module.Children[name] = child;
            }
            else
            {
                module.Settings[name] = value;
            }
        }
    }

    private static void CheckCycles(ModuleRecord root)
    {
        var open = new HashSet<ModuleRecord>();
        var done = new HashSet<ModuleRecord>();
        var pending = new Stack<(ModuleRecord Module, bool Leave)>();
        pending.Push((root, Leave: false));
        while (pending.TryPop(out var next))
        {
            if (next.Leave)
            {
                open.Remove(next.Module);
                done.Add(next.Module);
            }
            else if (!done.Contains(next.Module))
            {
                if (!open.Add(next.Module))
                {
                    throw new UnsupportedCheckpointException($"a module ({next.Module.ClassName}) lies inside of itself");
                }

                pending.Push((next.Module, Leave: true));
                foreach (var child in next.Module.Children.Values)
                {
                    if (child is not null && open.Contains(child))
                    {
                        throw new UnsupportedCheckpointException($"a module ({child.ClassName}) lies inside of itself");
                    }

                    if (child is not null && !done.Contains(child))
                    {
                        pending.Push((child, Leave: false));
                    }
                }
            }
        }
    }
}
