using TorchSharp;
using Module = TorchSharp.torch.nn.Module;

namespace Torchkeep;

/// <summary>
/// PyTorch's <c>torch.save(model, PATH)</c> and <c>model = torch.load(PATH)</c> of entire models for TorchSharp. A
/// <see cref="ModuleRegistry"/> says which class is which; PyTorch's own layers need none.
/// </summary>
public static class ModelExtensions
{
    extension(torch)
    {
        /// <summary>Loads an entire model, with its parameters, buffers and modes. Nothing in the file is executed.</summary>
        /// <param name="f">The file, saved by <c>torch.save(model, f)</c> here or in Python.</param>
        /// <param name="registry">How its classes become modules; null for PyTorch's own layers alone.</param>
        /// <param name="map_location">Where tensors go: a device, its name, or a table of device tags.</param>
        /// <exception cref="UnknownClassException">The file has classes that the registry does not know; the message lists them all.</exception>
        /// <exception cref="NotSupportedException">A layer has a setting that TorchSharp's has not; the message says where and which.</exception>
        /// <exception cref="StateDictException">What a factory made does not have the file's tensors.</exception>
        /// <exception cref="InvalidOperationException">The file is no whole model.</exception>
        /// <exception cref="CheckpointException">As for <see cref="Checkpoint.Open(string, ReadOptions?)"/>.</exception>
        public static Module load_model(string f, ModuleRegistry? registry = null, MapLocation map_location = default) =>
            torch.load_model<Module>(f, registry, map_location);

        /// <summary>As <c>load_model</c>, of a class that the caller knows.</summary>
        /// <typeparam name="T">The class in C#: that of the mapping, <see cref="global::TorchSharp.Modules.Sequential"/>, or a base of it.</typeparam>
        /// <param name="f">The file.</param>
        /// <param name="registry">How its classes become modules; null for PyTorch's own layers alone.</param>
        /// <param name="map_location">Where tensors go: a device, its name, or a table of device tags.</param>
        /// <exception cref="NotSupportedException">It is of another class; else as for the other.</exception>
        public static T load_model<T>(string f, ModuleRegistry? registry = null, MapLocation map_location = default)
            where T : Module
        {
            using var loaded = torch.load_checkpoint(f, map_location);
            return loaded.module<T>(registry);
        }

        /// <summary>
        /// Saves an entire model as PyTorch does; Python opens it by <c>torch.load(f, weights_only=False)</c> where it finds the
        /// classes. For keeping weights alone, <c>torch.save(model.state_dict(keep_vars: false), f)</c> breaks less.
        /// </summary>
        /// <param name="obj">The model. Its memory is written in place, without a copy.</param>
        /// <param name="f">The file; it appears whole or not at all, and an older one stays until then.</param>
        /// <param name="registry">What TorchSharp does not tell, and Python names of classes; null where neither is needed.</param>
        /// <exception cref="NotSupportedException">A class has no Python name, or TorchSharp does not tell a setting; the message says which.</exception>
        /// <exception cref="IOException">The operating system failed.</exception>
        public static void save(Module obj, string f, ModuleRegistry? registry = null)
        {
            ArgumentNullException.ThrowIfNull(obj);
            using var encoder = new ValueEncoder(registry);
            Checkpoint.Save(encoder.Encode(obj), f);
        }

        /// <summary>As the other, to a stream, which is left open.</summary>
        /// <param name="obj">The model.</param>
        /// <param name="f">Written from its position on, without seeking.</param>
        /// <param name="registry">What TorchSharp does not tell, and Python names of classes; null where neither is needed.</param>
        public static void save(Module obj, Stream f, ModuleRegistry? registry = null)
        {
            ArgumentNullException.ThrowIfNull(obj);
            using var encoder = new ValueEncoder(registry);
            Checkpoint.Save(encoder.Encode(obj), f);
        }
    }
}
