using TorchSharp;
using TorchSharp.Modules;
using StateDictionary = TorchSharp.torch.optim.Optimizer.StateDictionary;

namespace Torchkeep;

/// <summary>
/// PyTorch's <c>state_dict</c> and <c>load_state_dict</c> for TorchSharp's optimizers. What TorchSharp's own
/// <c>state_dict()</c> returns is saved by <c>torch.save</c> as PyTorch's dictionary; its own <c>load_state_dict</c> of a path
/// reads another kind of file.
/// </summary>
public static class OptimizerExtensions
{
    /// <param name="optimizer">Any but LBFGS, whose state libtorch keeps to itself.</param>
    extension(torch.optim.Optimizer optimizer)
    {
        /// <summary>
        /// The options and the state of all parameters, by reference: the next step changes them. This is TorchSharp's own
        /// method, for a variable whose type does not have it.
        /// </summary>
        /// <exception cref="NotSupportedException">It is an LBFGS.</exception>
        /// <exception cref="InvalidOperationException">Parameters have become other tensors since the optimizer was built.</exception>
        public StateDictionary state_dict()
        {
            ArgumentNullException.ThrowIfNull(optimizer);
            return StateOf(optimizer);
        }

        /// <summary>
        /// As <c>state_dict()</c>, with the parameters' names, which a save then writes as PyTorch's <c>param_names</c>. A load
        /// with the module finds each parameter by its name.
        /// </summary>
        /// <param name="module">Has all of the optimizer's parameters.</param>
        /// <exception cref="NotSupportedException">It is an LBFGS.</exception>
        /// <exception cref="ArgumentException">The module has not all of the parameters.</exception>
        /// <exception cref="InvalidOperationException">Parameters have become other tensors since the optimizer was built.</exception>
        public StateDictionary state_dict(torch.nn.Module module)
        {
            ArgumentNullException.ThrowIfNull(optimizer);
            ArgumentNullException.ThrowIfNull(module);
            var state = StateOf(optimizer);
            var names = new ParameterNames(module);
            state.State.ForEach(entry => names.Of(entry));
            names.RememberFor(state);
            return state;
        }

        /// <summary>
        /// Loads what an optimizer of the same class had, saved by PyTorch or from here: all options of its groups, and for
        /// each parameter its state, or none. State is copied, to the parameter's device and, where that is a floating one, in
        /// its element type. Everything is checked first; when it throws, the optimizer is as it was.
        /// </summary>
        /// <param name="state_dict">
        /// PyTorch's dictionary, such as <c>checkpoint["optimizer"]</c>; with <paramref name="module"/> also one by
        /// <c>get_optimizer_state_dict</c>, which names the parameters.
        /// </param>
        /// <param name="module">
        /// Has all of the optimizer's parameters; where the file names them, each then gets the state of its name rather than of
        /// its place. Null to go by place alone.
        /// </param>
        /// <exception cref="StateDictException">It does not fit; the message lists everything that is wrong.</exception>
        /// <exception cref="ArgumentException">It is no optimizer's state_dict, or needs a module; or the module has not all of the parameters.</exception>
        /// <exception cref="NotSupportedException">It is an LBFGS, or an optimizer that PyTorch has not.</exception>
        /// <exception cref="InvalidOperationException">Parameters have become other tensors since the optimizer was built.</exception>
        /// <exception cref="CheckpointException">Bytes are missing or fail their checksum.</exception>
        /// <example><code>
        /// using var loaded = torch.load("run.pt", weights_only: true);
        /// model.load_state_dict(loaded["model"]);
        /// optimizer.load_state_dict(loaded["optimizer"]);
        /// </code></example>
        public void load_state_dict(LoadedCheckpoint state_dict, torch.nn.Module? module = null)
        {
            ArgumentNullException.ThrowIfNull(optimizer);
            ArgumentNullException.ThrowIfNull(state_dict);
            OptimizerLoader.Load(optimizer, state_dict.value, state_dict.Expression, module);
        }

        /// <summary>As <c>load_state_dict</c> of a loaded checkpoint, from values in memory.</summary>
        /// <param name="state_dict">PyTorch's dictionary, perhaps changed.</param>
        /// <param name="module">Has all of the optimizer's parameters, to find them by name; null to go by place alone.</param>
        /// <exception cref="StateDictException">It does not fit; the message lists everything that is wrong.</exception>
        public void load_state_dict(PyDict state_dict, torch.nn.Module? module = null)
        {
            ArgumentNullException.ThrowIfNull(optimizer);
            ArgumentNullException.ThrowIfNull(state_dict);
            OptimizerLoader.Load(optimizer, state_dict, nameof(state_dict), module);
        }
    }

    internal static StateDictionary StateOf(torch.optim.Optimizer optimizer)
    {
        if (optimizer is not OptimizerHelper helper)
        {
            throw new NotSupportedException(
                $"the state of {optimizer.GetType().Name} cannot be saved or loaded: libtorch keeps it in C++, and TorchSharp hands none of it out");
        }

        try
        {
            return helper.state_dict();
        }
        catch (KeyNotFoundException)
        {
            // TorchSharp finds the state by the native tensor behind a parameter.
            throw new InvalidOperationException(
                $"{optimizer.GetType().Name} has lost parameters: the module was moved, converted or loaded with assign after the optimizer was built; build it afterwards");
        }
    }
}
