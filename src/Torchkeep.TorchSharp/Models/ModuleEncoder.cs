using System.Reflection;
using TorchSharp;
using Module = TorchSharp.torch.nn.Module;

namespace Torchkeep;

/// <summary>
/// Writes a module as <c>torch.save(model)</c> does: its class's name and its attributes, as the newest PyTorch has them,
/// which 1.13 reads too (torch/nn/modules/module.py, <c>Module.__init__</c>).
/// </summary>
internal sealed class ModuleEncoder(ValueEncoder values, ModuleRegistry registry)
{
    private static readonly string[] _hooks =
    [
        "_forward_hooks", "_forward_hooks_with_kwargs", "_forward_hooks_always_called", "_forward_pre_hooks", "_forward_pre_hooks_with_kwargs",
        "_state_dict_hooks", "_state_dict_pre_hooks", "_load_state_dict_pre_hooks", "_load_state_dict_post_hooks",
    ];

    private readonly Dictionary<Module, PyValue> _written = new(ReferenceEqualityComparer.Instance);

    internal ModuleRegistry Registry => registry;

    /// <exception cref="NotSupportedException">A class has no Python name, or TorchSharp does not tell a setting; the message says which.</exception>
    internal PyValue Encode(Module module)
    {
        var root = ModuleTree.Read(module);
        CheckNames(module);
        return Encode(module, root, path: "");
    }

    internal PyValue Tensor(torch.Tensor tensor) => values.Encode(tensor);

    /// <summary>Writes the children of a container or of a class of the user's.</summary>
    internal void AddChildren(Module module, LayerAttributes attributes)
    {
        foreach (var (name, child) in ModuleTree.ChildrenOf(module))
        {
            attributes.Children[name] = Encode(child, attributes.Node.Children[name], attributes.Path.Length == 0 ? name : $"{attributes.Path}.{name}");
        }
    }

    internal PyObject Finish(string className, LayerAttributes attributes, bool training)
    {
        var state = new PyDict { ["training"] = training };
        state["_parameters"] = Tensors(attributes.Parameters);
        state["_buffers"] = Tensors(attributes.Buffers);
        var nonPersistent = new PySet();
        foreach (var name in attributes.Buffers.Keys.Where(name => attributes.Buffers[name] is not null && attributes.NonPersistent.Contains(name)))
        {
            nonPersistent.Add(name);
        }

        state["_non_persistent_buffers_set"] = nonPersistent;
        state["_backward_pre_hooks"] = new PyDict(isOrdered: true);
        state["_backward_hooks"] = new PyDict(isOrdered: true);
        state["_is_full_backward_hook"] = PyNone.Value;
        foreach (var hooks in _hooks)
        {
            state[hooks] = new PyDict(isOrdered: true);
        }

        var children = new PyDict();
        foreach (var (name, child) in attributes.Children)
        {
            children[name] = child;
        }

        state["_modules"] = children;
        foreach (var (name, value) in attributes.Own)
        {
            state[name] = value;
        }

        var dot = className.LastIndexOf('.');
        return new(PyObjectKind.New, new PyGlobal(dot < 0 ? "__main__" : className[..dot], className[(dot + 1)..]), PyTuple.Empty) { State = state };
    }

    private PyValue Encode(Module module, ModuleNode node, string path)
    {
        if (_written.TryGetValue(module, out var known))
        {
            return known;
        }

        var attributes = new LayerAttributes(this, module, node, path);
        var name = registry.NameOf(module.GetType());
        if (name is null)
        {
            var layer = LayerTable.Find(module.GetType())!;
            layer.Write(module, attributes);
            name = layer.ClassName;
        }
        else
        {
            WriteOwn(module, attributes);
        }

        return _written[module] = Finish(name, attributes, module.training);
    }

    private PyDict Tensors(OrderedDictionary<string, torch.Tensor?> tensors)
    {
        var dict = new PyDict();
        foreach (var (name, tensor) in tensors)
        {
            dict[name] = tensor is null ? PyNone.Value : values.Encode(tensor);
        }

        return dict;
    }

    // Everything that is missing in one message.
    private void CheckNames(Module root)
    {
        var unknown = new HashSet<Type>();
        var pending = new Stack<Module>([root]);
        while (pending.TryPop(out var module))
        {
            if (registry.NameOf(module.GetType()) is null && LayerTable.Find(module.GetType()) is null)
            {
                unknown.Add(module.GetType());
            }

            foreach (var (_, child) in ModuleTree.ChildrenOf(module))
            {
                pending.Push(child);
            }
        }

        if (unknown.Count > 0)
        {
            throw new NotSupportedException(
                $"a whole model is saved under the names of Python classes, and no one said which {string.Join(", ", unknown.Select(type => type.Name))} "
                + $"{(unknown.Count == 1 ? "is" : "are")}: [PythonClass(\"module.Class\")] on the class does, or registry.map<T>(\"module.Class\"); "
                + "or save its state_dict(keep_vars: false)");
        }
    }

    private void WriteOwn(Module module, LayerAttributes attributes)
    {
        foreach (var (name, parameter) in ModuleFields.Parameters(module))
        {
            attributes.Parameters[name] = parameter;
        }

        foreach (var (name, (buffer, isPersistent)) in ModuleFields.Buffers(module))
        {
            attributes.Buffers[name] = buffer;
            if (!isPersistent)
            {
                attributes.NonPersistent.Add(name);
            }
        }

        AddChildren(module, attributes);
        if (module is IPythonAttributes own)
        {
            foreach (var (name, value) in own.python_attributes)
            {
                attributes[name] = values.Encode(value);
            }
        }
        else
        {
            WriteFields(module, attributes);
        }
    }

    private void WriteFields(Module module, LayerAttributes attributes)
    {
        for (var type = module.GetType(); type.Assembly != typeof(Module).Assembly; type = type.BaseType!)
        {
            foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                var value = field.GetValue(module);
                if (field.IsDefined(typeof(PythonIgnoreAttribute)) || value is Module or torch.Tensor or IEnumerable<Module> or IEnumerable<torch.Tensor>)
                {
                    continue;
                }

                try
                {
                    attributes[NameOf(field)] = values.Encode(value);
                }
                catch (NotSupportedException error)
                {
                    throw new NotSupportedException(
                        $"the field '{NameOf(field)}' of {type.Name} cannot be an attribute of the Python class: {error.Message}; mark it [PythonIgnore], "
                        + $"or let {type.Name} implement {nameof(IPythonAttributes)}",
                        error);
                }
            }
        }
    }

    // A property's or a constructor parameter's own name is in angle brackets.
    private static string NameOf(FieldInfo field) => field.Name[0] == '<' ? field.Name[1..field.Name.IndexOf('>', StringComparison.Ordinal)] : field.Name;
}
