using System.Runtime.CompilerServices;
using TorchSharp;
using TorchSharp.Modules;
using StateDictionary = TorchSharp.torch.optim.Optimizer.StateDictionary;

namespace Torchkeep;

/// <summary>The names that a module has for the parameters of an optimizer, as PyTorch's <c>named_parameters</c> lists them.</summary>
internal sealed class ParameterNames
{
    private static readonly ConditionalWeakTable<StateDictionary, ParameterNames> _remembered = [];

    private readonly Dictionary<nint, string> _names = [];

    internal ParameterNames(torch.nn.Module module)
    {
        foreach (var (name, tensor) in ModuleTree.Entries(ModuleTree.Read(module), prefix: ""))
        {
            // Of two names for one tensor PyTorch lists the first.
            _names.TryAdd(tensor.Handle, name);
        }
    }

    /// <exception cref="ArgumentException">The module has no such parameter.</exception>
    internal string Of(OptimizerState state)
    {
        var parameter = OptimizerFields.Parameter(state);
        return _names.TryGetValue(parameter.Handle, out var name)
            ? name
            : throw new ArgumentException($"the optimizer has a parameter of shape [{string.Join(", ", parameter.shape)}] that the module has not");
    }

    /// <summary>Has a save write the names; a state dictionary has no room for them.</summary>
    internal void RememberFor(StateDictionary dictionary) => _remembered.AddOrUpdate(dictionary, this);

    internal static ParameterNames? Remembered(StateDictionary dictionary) => _remembered.TryGetValue(dictionary, out var names) ? names : null;
}
