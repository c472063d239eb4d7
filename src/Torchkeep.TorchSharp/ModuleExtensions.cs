using TorchSharp;
using static TorchSharp.torch.nn;

namespace Torchkeep;

/// <summary>
/// PyTorch's <c>state_dict</c> and <c>load_state_dict</c> for TorchSharp's modules. TorchSharp has methods of these names
/// itself; a named argument of PyTorch's (<c>keep_vars</c>, <c>assign</c>) or a state_dict of Torchkeep's selects these.
/// </summary>
public static class ModuleExtensions
{
    /// <param name="module">The module; all of its children take part.</param>
    extension(Module module)
    {
        /// <summary>
        /// The parameters and persistent buffers in PyTorch's order, module by module, with <c>_metadata</c>. They are the
        /// module's own memory, not copies: the next training step changes them.
        /// </summary>
        /// <param name="keep_vars">
        /// Whether the Parameters themselves are returned, with their gradients. PyTorch's default is false: detached
        /// tensors of the same memory.
        /// </param>
        /// <param name="prefix">Put before every name; with its dot, as in PyTorch: <c>"encoder."</c>.</param>
        /// <exception cref="InvalidOperationException">A module of yours has not called <c>RegisterComponents()</c>.</exception>
        /// <example><code>
        /// foreach (var (name, tensor) in model.state_dict(keep_vars: false))
        /// {
        ///     Console.WriteLine($"{name} [{string.Join(", ", tensor.shape)}]");
        /// }
        /// </code></example>
        public StateDict state_dict(bool keep_vars, string prefix = "")
        {
            ArgumentNullException.ThrowIfNull(module);
            ArgumentNullException.ThrowIfNull(prefix);
            var root = ModuleTree.Read(module);
            var state = new StateDict { metadata = new(isOrdered: true) };
            foreach (var (key, tensor) in ModuleTree.Entries(root, prefix))
            {
                state.Add(key, keep_vars ? tensor : tensor.detach());
            }

            foreach (var (path, node) in ModuleTree.Nodes(root, prefix))
            {
                state.metadata[path] = new PyDict { ["version"] = PyInt.From(node.Version) };
            }

            return state;
        }

        /// <summary>
        /// A copy of this moment, in memory of its own, which training does not change: to keep the best model of a run and
        /// to <see cref="ModelSnapshot.restore"/> it, or to save its <see cref="ModelSnapshot.state_dict"/>. Allocates as much
        /// as the model's parameters and persistent buffers have.
        /// </summary>
        /// <exception cref="InvalidOperationException">A module of yours has not called <c>RegisterComponents()</c>.</exception>
        public ModelSnapshot snapshot()
        {
            ArgumentNullException.ThrowIfNull(module);
            return new(module);
        }

        /// <summary>
        /// Copies a state_dict into the module. Everything is checked first: names, shapes and the bytes' checksums. Bytes
        /// then go from the file into the parameters' own memory; element types and devices stay the module's, and so does
        /// <c>requires_grad</c>. When it throws, the module is as it was.
        /// </summary>
        /// <param name="state_dict">What <c>torch.load(path, weights_only: true)</c> returned, or a part of it such as <c>checkpoint["model"]</c>.</param>
        /// <param name="strict">Whether missing and unexpected keys are errors. Shapes must fit either way.</param>
        /// <param name="assign">
        /// Whether the module takes the file's tensors with their element types, on the devices of <c>map_location</c>, rather
        /// than their values. The Parameter objects stay. An optimizer must be built afterwards.
        /// </param>
        /// <param name="fold_weights">
        /// Whether the tensors of <c>weight_norm</c>, <c>spectral_norm</c> and <c>prune</c>, old or parametrized, become the
        /// weight that they make up, where the model has that alone (<see cref="FoldedWeights.Fold"/>).
        /// </param>
        /// <returns>What did not match, with <paramref name="strict"/> false.</returns>
        /// <exception cref="StateDictException">It does not fit; the message lists everything, in PyTorch's words.</exception>
        /// <exception cref="ArgumentException">It is no dictionary with string keys.</exception>
        /// <exception cref="CheckpointException">Bytes are missing or fail their checksum, or a weight cannot be made of its parts.</exception>
        /// <example><code>
        /// using var loaded = torch.load("run.pt", weights_only: true);
        /// model.load_state_dict(loaded["model"], strict: false);
        /// model.eval();
        /// </code></example>
        public IncompatibleKeys load_state_dict(LoadedCheckpoint state_dict, bool strict = true, bool assign = false, bool fold_weights = false)
        {
            ArgumentNullException.ThrowIfNull(state_dict);
            return state_dict.LoadInto(module, strict, assign, fold_weights);
        }

        /// <summary>As <c>load_state_dict</c> of a loaded checkpoint, from a file that is a state_dict; it is closed afterwards.</summary>
        /// <param name="f">The file.</param>
        /// <param name="strict">Whether missing and unexpected keys are errors. Shapes must fit either way.</param>
        /// <param name="assign">Whether the module takes the file's tensors rather than their values.</param>
        /// <param name="fold_weights">
        /// Whether the tensors of <c>weight_norm</c>, <c>spectral_norm</c> and <c>prune</c>, old or parametrized, become the
        /// weight that they make up, where the model has that alone (<see cref="FoldedWeights.Fold"/>).
        /// </param>
        /// <returns>What did not match, with <paramref name="strict"/> false.</returns>
        /// <example><code>
        /// model.load_state_dict("model.pth");
        /// model.eval();
        /// </code></example>
        public IncompatibleKeys load_state_dict(string f, bool strict = true, bool assign = false, bool fold_weights = false)
        {
            using var loaded = torch.load_checkpoint(f);
            return loaded.LoadInto(module, strict, assign, fold_weights);
        }

        /// <summary>As <c>load_state_dict</c> of a loaded checkpoint, from tensors in memory.</summary>
        /// <param name="state_dict">The tensors; with <paramref name="assign"/> the module shares their memory.</param>
        /// <param name="strict">Whether missing and unexpected keys are errors. Shapes must fit either way.</param>
        /// <param name="assign">Whether the module takes the tensors rather than their values.</param>
        /// <param name="fold_weights">
        /// Whether the tensors of <c>weight_norm</c>, <c>spectral_norm</c> and <c>prune</c>, old or parametrized, become the
        /// weight that they make up, where the model has that alone (<see cref="FoldedWeights.Fold"/>).
        /// </param>
        /// <returns>What did not match, with <paramref name="strict"/> false.</returns>
        /// <exception cref="StateDictException">It does not fit; the message lists everything, in PyTorch's words.</exception>
        public IncompatibleKeys load_state_dict(StateDict state_dict, bool strict = true, bool assign = false, bool fold_weights = false)
        {
            ArgumentNullException.ThrowIfNull(state_dict);
            return fold_weights ? LoadFolded(module, state_dict, strict, assign) : StateDictLoader.Load(module, StateSource.Of(state_dict, state_dict.metadata), strict, assign);
        }

        /// <summary>
        /// As <c>load_state_dict</c> of a loaded checkpoint, from any dictionary. Without <paramref name="assign"/> in the call,
        /// a <see cref="Dictionary{TKey, TValue}"/> goes to TorchSharp's own method, which does not check shapes.
        /// </summary>
        /// <param name="state_dict">The tensors; with <paramref name="assign"/> the module shares their memory.</param>
        /// <param name="strict">Whether missing and unexpected keys are errors. Shapes must fit either way.</param>
        /// <param name="assign">Whether the module takes the tensors rather than their values.</param>
        /// <param name="fold_weights">
        /// Whether the tensors of <c>weight_norm</c>, <c>spectral_norm</c> and <c>prune</c>, old or parametrized, become the
        /// weight that they make up, where the model has that alone (<see cref="FoldedWeights.Fold"/>).
        /// </param>
        /// <returns>What did not match, with <paramref name="strict"/> false.</returns>
        /// <exception cref="StateDictException">It does not fit; the message lists everything, in PyTorch's words.</exception>
        public IncompatibleKeys load_state_dict(IReadOnlyDictionary<string, torch.Tensor> state_dict, bool strict = true, bool assign = false, bool fold_weights = false)
        {
            ArgumentNullException.ThrowIfNull(state_dict);
            return fold_weights ? LoadFolded(module, state_dict, strict, assign) : StateDictLoader.Load(module, StateSource.Of(state_dict, metadata: null), strict, assign);
        }
    }

    // As from a file: where the tensors are is where their bytes are read.
    private static IncompatibleKeys LoadFolded(Module module, IReadOnlyDictionary<string, torch.Tensor> state_dict, bool strict, bool assign)
    {
        using var encoder = new ValueEncoder();
        using var reader = new TensorReader(torch.CPU);
        return StateDictLoader.Load(module, StateSource.Of(encoder.Encode(state_dict), reader, folds: ModuleTree.FoldsFor(module)), strict, assign);
    }
}
