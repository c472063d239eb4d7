namespace Torchkeep.Torch;

/// <summary>
/// Builds the dictionary that <c>module.state_dict()</c> returns (torch/nn/modules/module.py): each module's parameters,
/// persistent buffers, then children, depth first, with <c>_metadata</c>. Without recursion; a cycle is cut where it closes.
/// </summary>
internal static class StateDictBuilder
{
    internal static PyDict Build(PyValue root, IModuleReader modules, FileBudget budget)
    {
        var metadata = new PyDict(isOrdered: true);
        var state = new PyDict(isOrdered: true) { Attributes = new PyDict { [TorchNames.Metadata] = metadata } };
        var open = new HashSet<PyValue>(ReferenceEqualityComparer.Instance);

        // A module is pushed twice: to be visited, then to be left.
        var pending = new Stack<(PyValue Module, string Prefix, bool Leave)>([(root, "", false)]);
        var (entries, characters) = (0L, 0L);
        while (pending.TryPop(out var next))
        {
            var (module, prefix, leave) = next;
            if (leave)
            {
                open.Remove(module);
                continue;
            }

            if (!open.Add(module))
            {
                continue;
            }

            if (!modules.TryRead(module, out var parts))
            {
                TorchThrow.UnreadableModule(prefix.TrimEnd('.'), module);
            }

            pending.Push((module, prefix, Leave: true));
            Count(1, prefix.Length);
            metadata[prefix.Length > 0 ? prefix[..^1] : ""] = new PyDict { ["version"] = parts!.Version };
            foreach (var (name, value) in parts.Tensors)
            {
                Count(1, prefix.Length + name.Length);
                state[prefix + name] = Detached(value);
            }

            foreach (var (name, child) in parts.Children.Reverse())
            {
                Count(1, prefix.Length + name.Length + 1);
                pending.Push((child, $"{prefix}{name}.", Leave: false));
            }
        }

        return state;

        void Count(int more, int length)
        {
            entries += more;
            characters += length;
            if (entries > budget.MaxEntries)
            {
                TorchThrow.StateDictOverLimit("entries", budget.MaxEntries, nameof(ReadLimits.MaxEntries));
            }

            if (characters > budget.MaxNameCharacters)
            {
                TorchThrow.StateDictOverLimit("characters in its names", budget.MaxNameCharacters, nameof(ReadLimits.MaxNameCharacters));
            }
        }
    }

    // What tensor.detach() leaves: no Parameter, no gradient, no attributes. Tensors that stayed records stay so.
    private static PyValue Detached(PyValue value) => value switch
    {
        PyTensor tensor => Plain(tensor),
        PyQuantizedTensor or PySparseTensor or PyNestedTensor => ((PyCompositeTensor)value).With(requiresGrad: false, isParameter: false, state: null, ((PyCompositeTensor)value).Subclass),
        PyObject { Callable: PyGlobal callable, Arguments.Items: [PyTensor or PyObject, ..] arguments } when TorchNames.AreParameters.Contains(callable) => Plain(arguments[0]),
        _ => value,
    };

    private static PyValue Plain(PyValue inner) => inner is PyTensor tensor ? new PyTensor(tensor.View) { Subclass = tensor.Subclass } : inner;
}
