using System.Collections;
using TorchSharp;

namespace Torchkeep;

/// <summary>
/// PyTorch's <c>torch.save</c> and <c>torch.load</c> for TorchSharp. TorchSharp has methods of these names itself, which
/// write and read TorchScript archives and win every tie: <c>torch.load(path)</c> without a further argument, and
/// <c>torch.save(tensor, path)</c> of a single tensor, or of a number or array of numbers, which it makes a tensor.
/// <c>load_checkpoint</c> and <c>save_checkpoint</c> are never TorchSharp's.
/// </summary>
public static class TorchExtensions
{
    extension(torch)
    {
        /// <summary>Saves anything as <c>torch.save</c> of PyTorch does, in a file that it loads with its defaults.</summary>
        /// <param name="obj">
        /// A tensor, a state_dict, an entire model, a plain value, or a dictionary, list, tuple or set of such, nested as you like.
        /// Memory of tensors is written in place, without a copy; tensors that share it share it in the file.
        /// </param>
        /// <param name="f">The file; it appears whole or not at all, and an older one stays until then.</param>
        /// <param name="options">How it is written; null for the defaults.</param>
        /// <param name="progress">Told how far the save has come; called on this thread.</param>
        /// <param name="registry">Of entire models in it, Python's names for their classes, and what TorchSharp does not tell; null where neither is needed.</param>
        /// <param name="cancellationToken">Stops the save; the older file stays.</param>
        /// <exception cref="NotSupportedException">A value has no counterpart in a checkpoint; the message names its type.</exception>
        /// <exception cref="CheckpointException">As for <see cref="Checkpoint.Save(PyValue, string, WriteOptions?, IProgress{SaveProgress}?, CancellationToken)"/>.</exception>
        /// <exception cref="IOException">The operating system failed.</exception>
        public static void save_checkpoint(
            object? obj, string f, WriteOptions? options = null, IProgress<SaveProgress>? progress = null, ModuleRegistry? registry = null, CancellationToken cancellationToken = default)
        {
            using var encoder = new ValueEncoder(registry);
            Checkpoint.Save(encoder.Encode(obj), f, options, progress, cancellationToken);
        }

        /// <summary>As <c>save_checkpoint</c> to a file, to a stream, which is left open.</summary>
        /// <param name="obj">What to save.</param>
        /// <param name="f">Written from its position on, without seeking.</param>
        /// <param name="options">How it is written; null for the defaults.</param>
        /// <param name="progress">Told how far the save has come; called on this thread.</param>
        /// <param name="registry">Of entire models in it, Python's names for their classes, and what TorchSharp does not tell; null where neither is needed.</param>
        /// <param name="cancellationToken">Stops the save, with a part of it written.</param>
        public static void save_checkpoint(
            object? obj, Stream f, WriteOptions? options = null, IProgress<SaveProgress>? progress = null, ModuleRegistry? registry = null, CancellationToken cancellationToken = default)
        {
            using var encoder = new ValueEncoder(registry);
            Checkpoint.Save(encoder.Encode(obj), f, options, progress, cancellationToken);
        }

        /// <summary>
        /// Saves as <c>save_checkpoint</c> does, in the background: returns when all tensors are copied, and training may go on
        /// and change them, while the file is written. It takes as much memory as the tensors until it is over. PyTorch has it
        /// as <c>torch.distributed.checkpoint.async_save</c>.
        /// </summary>
        /// <param name="obj">What to save. Values of an open checkpoint in it are read later: it must stay open until then.</param>
        /// <param name="f">The file; it appears whole or not at all, and an older one stays until then.</param>
        /// <param name="options">How it is written; null for the defaults.</param>
        /// <param name="progress">Told how far the save has come, on another thread.</param>
        /// <param name="registry">As for <c>save_checkpoint</c>.</param>
        /// <param name="cancellationToken">Stops the save; the older file stays.</param>
        /// <returns>Ends when the file is there; fails as <c>save_checkpoint</c> does. Wait for it before the program ends, or there is no file.</returns>
        /// <exception cref="NotSupportedException">A value has no counterpart in a checkpoint; said at once.</exception>
        /// <exception cref="OutOfMemoryException">There is no memory for the copies; said at once.</exception>
        public static Task async_save(
            object? obj, string f, WriteOptions? options = null, IProgress<SaveProgress>? progress = null, ModuleRegistry? registry = null, CancellationToken cancellationToken = default)
        {
            var encoder = new ValueEncoder(registry, isSnapshot: true);
            try
            {
                var root = encoder.Encode(obj);
                encoder.Copy();
                return Task.Run(() => Write(root), CancellationToken.None);
            }
            catch
            {
                encoder.Dispose();
                throw;
            }

            void Write(PyValue root)
            {
                using (encoder)
                {
                    Checkpoint.Save(root, f, options, progress, cancellationToken);
                }
            }
        }

        /// <summary>Saves a state_dict with its <c>_metadata</c>; see <c>save_checkpoint</c>.</summary>
        /// <param name="obj">The state_dict, from <c>model.state_dict(keep_vars: false)</c>.</param>
        /// <param name="f">The file.</param>
        /// <example><code>
        /// torch.save(model.state_dict(keep_vars: false), "model.pth");
        /// </code></example>
        public static void save(StateDict obj, string f) => torch.save_checkpoint(obj, f);

        /// <summary>Saves a state_dict with its <c>_metadata</c> to a stream; see <c>save_checkpoint</c>.</summary>
        /// <param name="obj">The state_dict, from <c>model.state_dict(keep_vars: false)</c>.</param>
        /// <param name="f">The stream.</param>
        public static void save(StateDict obj, Stream f) => torch.save_checkpoint(obj, f);

        /// <summary>
        /// Saves a dictionary or list; see <c>save_checkpoint</c>. Parameters that are entries of a dictionary of tensors,
        /// such as TorchSharp's own state_dict, are saved as the detached tensors that PyTorch's has. An array of numbers in
        /// this call is TorchSharp's to save.
        /// </summary>
        /// <param name="obj">The dictionary or list, or an array of tensors.</param>
        /// <param name="f">The file.</param>
        public static void save(ICollection obj, string f) => torch.save_checkpoint(obj, f);

        /// <summary>Saves a dictionary or list to a stream; see <c>save_checkpoint</c>.</summary>
        /// <param name="obj">The dictionary or list, or an array of tensors.</param>
        /// <param name="f">The stream.</param>
        public static void save(ICollection obj, Stream f) => torch.save_checkpoint(obj, f);

        /// <summary>Saves an optimizer's state_dict as PyTorch's; see <c>save_checkpoint</c>.</summary>
        /// <param name="obj">The state_dict, from <c>optimizer.state_dict()</c>, or with names from <c>optimizer.state_dict(model)</c>.</param>
        /// <param name="f">The file.</param>
        public static void save(torch.optim.Optimizer.StateDictionary obj, string f) => torch.save_checkpoint(obj, f);

        /// <summary>Saves an optimizer's state_dict as PyTorch's to a stream; see <c>save_checkpoint</c>.</summary>
        /// <param name="obj">The state_dict, from <c>optimizer.state_dict()</c>, or with names from <c>optimizer.state_dict(model)</c>.</param>
        /// <param name="f">The stream.</param>
        public static void save(torch.optim.Optimizer.StateDictionary obj, Stream f) => torch.save_checkpoint(obj, f);

        /// <summary>
        /// Saves anything in the format that is named, as <c>torch.save</c> of PyTorch does; see <c>save_checkpoint</c>. The
        /// argument tells this method from TorchSharp's, so that a tensor or a number is saved too.
        /// </summary>
        /// <param name="obj">What to save.</param>
        /// <param name="f">The file; it appears whole or not at all, and an older one stays until then.</param>
        /// <param name="_use_new_zipfile_serialization">
        /// False for the stream that PyTorch wrote before 1.6, and reads to this day; true for the zip archive.
        /// </param>
        /// <exception cref="CheckpointException">As for <c>save_checkpoint</c>; also element types that PyTorch cannot read in the stream.</exception>
        public static void save(object? obj, string f, bool _use_new_zipfile_serialization) =>
            torch.save_checkpoint(obj, f, FormatOf(_use_new_zipfile_serialization));

        /// <summary>As the method for a file, to a stream, which is left open.</summary>
        /// <param name="obj">What to save.</param>
        /// <param name="f">Written from its position on, without seeking.</param>
        /// <param name="_use_new_zipfile_serialization">False for the stream that PyTorch wrote before 1.6; true for the zip archive.</param>
        public static void save(object? obj, Stream f, bool _use_new_zipfile_serialization) =>
            torch.save_checkpoint(obj, f, FormatOf(_use_new_zipfile_serialization));

        /// <summary>Opens what PyTorch or Torchkeep saved. Nothing in the file is executed, and tensors are read when asked for.</summary>
        /// <param name="f">The file.</param>
        /// <param name="map_location">Where tensors go: a device, its name, or a table of device tags.</param>
        /// <param name="options">Checks and limits; null for the defaults.</param>
        /// <exception cref="CheckpointException">As for <see cref="Checkpoint.Open(string, ReadOptions?)"/>.</exception>
        /// <exception cref="IOException">The operating system failed; a missing file is a <see cref="FileNotFoundException"/>.</exception>
        /// <example><code>
        /// using var loaded = torch.load_checkpoint("tensor.pt");
        /// using var tensor = loaded.tensor();
        /// </code></example>
        public static LoadedCheckpoint load_checkpoint(string f, MapLocation map_location = default, ReadOptions? options = null) =>
            new(Checkpoint.Open(f, options), map_location);

        /// <summary>As <c>load_checkpoint</c> from a file, from a stream, which is left open and must stay so until all is read.</summary>
        /// <param name="f">Read from its position on; one that cannot seek is first copied to a temporary file.</param>
        /// <param name="map_location">Where tensors go: a device, its name, or a table of device tags.</param>
        /// <param name="options">Checks and limits; null for the defaults.</param>
        /// <exception cref="CheckpointException">As for <see cref="Checkpoint.Open(Stream, ReadOptions?, bool)"/>.</exception>
        public static LoadedCheckpoint load_checkpoint(Stream f, MapLocation map_location = default, ReadOptions? options = null) =>
            new(Checkpoint.Open(f, options, leaveOpen: true), map_location);

        /// <summary>As <c>load_checkpoint</c>, in PyTorch's words.</summary>
        /// <param name="f">The file.</param>
        /// <param name="weights_only">
        /// Either value gives the same: nothing is ever executed, and everything is loaded. It is there to tell this method
        /// from TorchSharp's.
        /// </param>
        /// <example><code>
        /// using var loaded = torch.load("run.pt", weights_only: true);
        /// model.load_state_dict(loaded["model"]);
        /// var epoch = (int)loaded["epoch"];
        /// </code></example>
        public static LoadedCheckpoint load(string f, bool weights_only) => torch.load_checkpoint(f);

        /// <summary>As <c>load_checkpoint</c>, in PyTorch's words.</summary>
        /// <param name="f">The file.</param>
        /// <param name="map_location">Where tensors go: a device, its name, or a table of device tags.</param>
        public static LoadedCheckpoint load(string f, MapLocation map_location) => torch.load_checkpoint(f, map_location);

        /// <summary>As <c>load_checkpoint</c>, in PyTorch's words.</summary>
        /// <param name="f">The file.</param>
        /// <param name="map_location">Where tensors go: a device, its name, or a table of device tags.</param>
        /// <param name="weights_only">Either value gives the same: nothing is ever executed, and everything is loaded.</param>
        /// <param name="mmap">
        /// Whether tensors on the CPU lie in the file, mapped into memory, until they are touched (<see cref="ReadOptions.MemoryMap"/>).
        /// Writing to them changes no file. What is compressed, big-endian or not aligned is read.
        /// </param>
        public static LoadedCheckpoint load(string f, MapLocation map_location = default, bool weights_only = true, bool mmap = false) =>
            torch.load_checkpoint(f, map_location, new() { MemoryMap = mmap });

        /// <summary>As <c>load_checkpoint</c>, in PyTorch's words.</summary>
        /// <param name="f">The file.</param>
        /// <param name="map_location">From the file's device tag, such as <c>cuda:0</c>, to a device; null for the tag's own.</param>
        /// <param name="weights_only">Either value gives the same: nothing is ever executed, and everything is loaded.</param>
        public static LoadedCheckpoint load(string f, Func<string, torch.Device?> map_location, bool weights_only = true) =>
            torch.load_checkpoint(f, new MapLocation(map_location));

        /// <summary>As <c>load_checkpoint</c> from a stream, in PyTorch's words.</summary>
        /// <param name="f">Read from its position on.</param>
        /// <param name="weights_only">Either value gives the same: nothing is ever executed, and everything is loaded.</param>
        /// <param name="map_location">Where tensors go: a device, its name, or a table of device tags.</param>
        public static LoadedCheckpoint load(Stream f, bool weights_only = true, MapLocation map_location = default) =>
            torch.load_checkpoint(f, map_location);
    }

    private static WriteOptions FormatOf(bool isZip) => new() { Format = isZip ? CheckpointFormat.TorchZip : CheckpointFormat.TorchLegacy };
}
