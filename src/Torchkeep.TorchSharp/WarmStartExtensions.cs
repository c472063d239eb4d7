using TorchSharp;
using static TorchSharp.torch.nn;

namespace Torchkeep;

/// <summary>Loads what fits of a state_dict that is not the model's own: PyTorch's "warmstarting", with renaming and a report.</summary>
public static class WarmStartExtensions
{
    /// <param name="module">The model.</param>
    extension(Module module)
    {
        /// <summary>
        /// Copies what fits of a state_dict into the module, as <c>load_state_dict</c> with <c>strict: false</c>, under names
        /// that the options change, and reports what was done. All names and shapes are checked, and the checksums of all
        /// that will be loaded, before the first element is copied. When it throws, the module is as it was.
        /// </summary>
        /// <param name="state_dict">What <c>torch.load(path, weights_only: true)</c> returned, or a part of it such as <c>checkpoint["model"]</c>.</param>
        /// <param name="options">Renaming, selection, strictness; null for the defaults.</param>
        /// <returns>What was loaded, renamed, skipped, missing and unexpected.</returns>
        /// <exception cref="StateDictException">
        /// A shape or type does not fit, a name with <see cref="WarmStartOptions.strict"/>, or nothing fits at all; the message
        /// lists everything, with the names that were probably meant.
        /// </exception>
        /// <exception cref="ArgumentException">It is no dictionary with string keys, two names become one, or a pattern is none.</exception>
        /// <exception cref="NotSupportedException">A pattern has look-around or back-references.</exception>
        /// <exception cref="CheckpointException">Bytes are missing or fail their checksum.</exception>
        public WarmStartReport warm_start(LoadedCheckpoint state_dict, WarmStartOptions? options = null)
        {
            ArgumentNullException.ThrowIfNull(state_dict);
            return state_dict.Load(source => WarmStarter.Load(module, source, options ?? new()), WarmStarter.FoldsFor(module, options ?? new()));
        }

        /// <summary>As <c>warm_start</c> of a loaded checkpoint, from a file that is a state_dict; it is closed afterwards.</summary>
        /// <param name="f">The file.</param>
        /// <param name="options">Renaming, selection, strictness; null for the defaults.</param>
        /// <returns>What was loaded, renamed, skipped, missing and unexpected.</returns>
        public WarmStartReport warm_start(string f, WarmStartOptions? options = null)
        {
            using var loaded = torch.load_checkpoint(f);
            return loaded.Load(source => WarmStarter.Load(module, source, options ?? new()), WarmStarter.FoldsFor(module, options ?? new()));
        }

        /// <summary>As <c>warm_start</c> of a loaded checkpoint, from tensors in memory.</summary>
        /// <param name="state_dict">A <see cref="StateDict"/> or any dictionary of tensors.</param>
        /// <param name="options">Renaming, selection, strictness; null for the defaults.</param>
        /// <returns>What was loaded, renamed, skipped, missing and unexpected.</returns>
        public WarmStartReport warm_start(IReadOnlyDictionary<string, torch.Tensor> state_dict, WarmStartOptions? options = null)
        {
            ArgumentNullException.ThrowIfNull(state_dict);
            options ??= new();
            if (!options.fold_weights)
            {
                return WarmStarter.Load(module, StateSource.Of(state_dict, (state_dict as StateDict)?.metadata), options);
            }

            // As from a file: where the tensors are is where their bytes are read.
            using var encoder = new ValueEncoder();
            using var reader = new TensorReader(torch.CPU);
            return WarmStarter.Load(module, StateSource.Of(encoder.Encode(state_dict), reader, folds: WarmStarter.FoldsFor(module, options)), options);
        }
    }
}
