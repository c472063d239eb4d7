using Torchkeep.Formats;
using Torchkeep.Formats.Places;
using Torchkeep.Formats.Sharded;
using Torchkeep.IO;
using Torchkeep.Torch;
using Torchkeep.Values;

namespace Torchkeep;

/// <summary>
/// A PyTorch file that is open: its object as inert values, and its tensors, whose bytes are read when asked for.
/// </summary>
/// <remarks>
/// Opening reads the archive's directory and the pickle and not a byte of a tensor. Nothing in the file is executed or
/// looked up. All members may be used from several threads at once. Tensors can be read until the checkpoint is
/// disposed.
/// </remarks>
public sealed class Checkpoint : IDisposable
{
    private readonly ByteSource _source;
    private readonly IReadOnlyList<ByteSource> _shards;
    private readonly ReadOptions _options;
    private readonly CheckpointContents _contents;
    private readonly Lazy<IReadOnlyList<TensorEntry>> _tensors;
    private readonly Lazy<CheckpointShard?> _shard;

    private Checkpoint(CheckpointFormat format, CheckpointContents contents, ByteSource source, ReadOptions options)
    {
        Format = contents.Format ?? format;
        Root = contents.Root;
        Roots = [PyEntry.Root(contents.Root), .. contents.Beside];
        _contents = contents;
        Metadata = contents.Metadata;
        Aliases = contents.Aliases;
        _shards = contents.Shards;
        Length = contents.Length ?? source.Length;
        _source = source;
        _options = options;
        _tensors = new(ListTensors);
        _shard = new(() => CheckpointShard.Of(File));
        contents.Names.From(() => _ = Tensors);
    }

    /// <summary>The container kind, found from the bytes.</summary>
    public CheckpointFormat Format { get; }

    /// <summary>The object that was saved.</summary>
    public PyValue Root { get; }

    /// <summary>
    /// Where all paths start: <c>$</c>, the saved object, and what some kinds of file hold beside it, such as the
    /// <c>constants</c> of a TorchScript archive.
    /// </summary>
    public IReadOnlyList<PyEntry> Roots { get; }

    /// <summary>
    /// Texts that the file carries beside its object: <c>__metadata__</c> of safetensors, of a sharded checkpoint those of
    /// its shards, where of two under one key the first shard's counts. Empty for the kinds that have none. What is a name
    /// of a tensor is none of them, see <see cref="Aliases"/>.
    /// </summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>
    /// Tied tensors of safetensors: each further name with the name that the file has the tensor under. It is an entry
    /// <c>A: B</c> of <c>__metadata__</c>, or of the index's <c>metadata</c>, where B is a tensor and A is none, as
    /// <c>safetensors.torch.save_model</c> and <see cref="WriteOptions.DropShared"/> write it. In <see cref="Root"/> and
    /// <see cref="Tensors"/> both are names over one storage, the further ones last. Empty for the other kinds, which have
    /// what is tied in the object itself.
    /// </summary>
    public IReadOnlyDictionary<string, string> Aliases { get; }

    /// <summary>The paths of the files that a sharded checkpoint lies in, as its index names them first; empty for the other kinds.</summary>
    public IReadOnlyList<string> ShardFiles => [.. _shards.Select(shard => shard.Name!)];

    /// <summary>The bytes of all <see cref="ShardFiles"/> together, of symbolic links those of the files that they lead to; 0 where there are none.</summary>
    public long ShardBytes => _shards.Sum(shard => shard.Length);

    /// <summary>
    /// Which of several files of one checkpoint this is by its name, such as <c>model-00001-of-00003.safetensors</c>, and the
    /// index by which all are opened; null for any other name. The first call looks for the index beside it.
    /// </summary>
    public CheckpointShard? Shard => _shard.Value;

    /// <summary>How many bytes of the source it takes; something may follow.</summary>
    internal long Length { get; }

    /// <summary>
    /// How many bytes of the file follow it, in which another checkpoint may begin (<see cref="OpenAll(string, ReadOptions?)"/>);
    /// 0 for most files.
    /// </summary>
    public long FollowingBytes => Math.Max(0, _source.Length - Length);

    /// <summary>The bytes of the file or stream, as it was opened; of one that was compressed, before it was unpacked.</summary>
    public long FileLength { get; private init; }

    /// <summary>How the file was compressed as a whole, <c>gzip</c>, <c>xz</c> or <c>zlib</c>, or null where it was not.</summary>
    public string? Compression { get; private init; }

    /// <summary>The file's path, or null when it was opened from something nameless.</summary>
    public string? File => _source.Name;

    /// <summary>
    /// Every tensor in the object and what lies beside it (<see cref="Roots"/>), in the file's order; one that is reached in two ways is listed twice. The first call
    /// walks the object; no tensor byte is read.
    /// </summary>
    /// <exception cref="UnsupportedCheckpointException">
    /// The object passes <see cref="ReadLimits.MaxEntries"/> or <see cref="ReadLimits.MaxNameCharacters"/>.
    /// </exception>
    public IReadOnlyList<TensorEntry> Tensors => _tensors.Value;

    /// <summary>The entry of the saved dictionary under a key: <c>checkpoint["epoch"].AsInt64()</c>.</summary>
    /// <param name="key">The key.</param>
    /// <exception cref="InvalidOperationException">The saved object is not a dictionary; the message says what it is.</exception>
    /// <exception cref="KeyNotFoundException">There is no such key; the message lists those there are.</exception>
    public PyValue this[string key] => Root[key];

    /// <summary>Opens a file, the weights in a folder, or a file inside of an archive.</summary>
    /// <param name="path">
    /// The file. It stays open, for sharing with readers and for replacement, until <see cref="Dispose"/>. A folder is what
    /// <c>save_pretrained</c> or a training program leaves, of which the weights are opened (<see cref="ModelFolder"/> says
    /// which and names the rest), or what unzipping a checkpoint leaves: data.pkl and data. <c>model.zip!policy.pth</c> is a
    /// file in a zip or tar archive, and <c>run!optimizer.pt</c> one in a folder, where no file has that very name.
    /// </param>
    /// <param name="options">Checks and limits; null for the defaults.</param>
    /// <exception cref="InvalidCheckpointException">The file is no checkpoint or is broken; the message says what it looks like.</exception>
    /// <exception cref="UnsupportedCheckpointException">The file is of a kind that is not read, or passes a limit.</exception>
    /// <exception cref="IOException">The operating system failed; a missing file is a <see cref="FileNotFoundException"/>.</exception>
    public static Checkpoint Open(string path, ReadOptions? options = null) => Open(OpenFile(path, options), options);

    /// <summary>Opens a checkpoint in memory.</summary>
    /// <param name="bytes">The file's bytes; not copied, and not to be changed while the checkpoint is open.</param>
    /// <param name="options">Checks and limits; null for the defaults.</param>
    /// <exception cref="CheckpointException">As for <see cref="Open(string, ReadOptions?)"/>.</exception>
    public static Checkpoint Open(ReadOnlyMemory<byte> bytes, ReadOptions? options = null) => Open(new MemoryByteSource(bytes), options);

    /// <summary>
    /// Opens a checkpoint in a stream, from its position on, where another may follow. A stream that cannot seek is first
    /// copied to a temporary file, which is gone when the checkpoint is disposed.
    /// </summary>
    /// <param name="stream">
    /// The stream. A seekable one stands behind the checkpoint afterwards, so that the next one of the stream can be opened;
    /// where opening fails it stands where it stood. Its bytes must stay as they are until the checkpoint is disposed, which
    /// reads them when they are wanted and puts the stream back each time.
    /// </param>
    /// <param name="options">Checks and limits; null for the defaults.</param>
    /// <param name="leaveOpen">Whether disposing the checkpoint leaves the stream open.</param>
    /// <exception cref="CheckpointException">As for <see cref="Open(string, ReadOptions?)"/>.</exception>
    public static Checkpoint Open(Stream stream, ReadOptions? options = null, bool leaveOpen = false) =>
        Complete(OpenAsync(stream, options, leaveOpen, async: false, CancellationToken.None));

    /// <summary>Opens a checkpoint in any source of bytes.</summary>
    /// <param name="source">The bytes; disposed with the checkpoint, and also when opening fails.</param>
    /// <param name="options">Checks and limits; null for the defaults.</param>
    /// <exception cref="CheckpointException">As for <see cref="Open(string, ReadOptions?)"/>.</exception>
    public static Checkpoint Open(ByteSource source, ReadOptions? options = null) =>
        Complete(OpenAsync(source, options, async: false, CancellationToken.None));

    /// <summary>
    /// Opens all checkpoints of a file that has several one after another, as several calls of <c>torch.save</c> into one
    /// stream leave them: zip archives, streams of before 1.6 and pickles, in any order. (Repeated calls of
    /// <c>torch.load</c> read them too, but none that comes after a zip archive.) A zip archive that something follows is
    /// passed over once to find its end; else no tensor byte is read.
    /// </summary>
    /// <param name="path">The file. It stays open until the last of the checkpoints is disposed.</param>
    /// <param name="options">Checks and limits; null for the defaults.</param>
    /// <exception cref="InvalidCheckpointException">Something in the file is no checkpoint, or broken. None is open then.</exception>
    /// <exception cref="CheckpointException">As for <see cref="Open(string, ReadOptions?)"/>.</exception>
    public static IReadOnlyList<Checkpoint> OpenAll(string path, ReadOptions? options = null) => OpenAll(OpenFile(path, options), options);

    /// <summary>As <see cref="OpenAll(string, ReadOptions?)"/>, of a stream from its position on.</summary>
    /// <param name="stream">The stream. A seekable one must stay untouched until the last of the checkpoints is disposed.</param>
    /// <param name="options">Checks and limits; null for the defaults.</param>
    /// <param name="leaveOpen">Whether disposing the checkpoints leaves the stream open.</param>
    /// <exception cref="CheckpointException">As for <see cref="OpenAll(string, ReadOptions?)"/>.</exception>
    public static IReadOnlyList<Checkpoint> OpenAll(Stream stream, ReadOptions? options = null, bool leaveOpen = false) =>
        OpenAll(Complete(ToSourceAsync(stream, options, leaveOpen, async: false, CancellationToken.None)), options);

    /// <summary>As <see cref="OpenAll(string, ReadOptions?)"/>, of any source of bytes.</summary>
    /// <param name="source">The bytes; disposed with the last of the checkpoints, and also when opening fails.</param>
    /// <param name="options">Checks and limits; null for the defaults.</param>
    /// <exception cref="CheckpointException">As for <see cref="OpenAll(string, ReadOptions?)"/>.</exception>
    public static IReadOnlyList<Checkpoint> OpenAll(ByteSource source, ReadOptions? options = null) =>
        Complete(OpenAllAsync(source, options, async: false, CancellationToken.None));

    /// <summary>As <see cref="OpenAll(ByteSource, ReadOptions?)"/>, reading without blocking where the source can.</summary>
    /// <param name="source">The bytes; disposed with the last of the checkpoints, and also when opening fails.</param>
    /// <param name="options">Checks and limits; null for the defaults.</param>
    /// <param name="cancellationToken">Stops the opening.</param>
    /// <exception cref="CheckpointException">As for <see cref="OpenAll(string, ReadOptions?)"/>.</exception>
    public static ValueTask<IReadOnlyList<Checkpoint>> OpenAllAsync(ByteSource source, ReadOptions? options = null, CancellationToken cancellationToken = default) =>
        OpenAllAsync(source, options, async: true, cancellationToken);

    /// <summary>As <see cref="Open(string, ReadOptions?)"/>, reading without blocking; the pickle is run on the calling thread.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Checks and limits; null for the defaults.</param>
    /// <param name="cancellationToken">Stops the opening.</param>
    /// <exception cref="CheckpointException">As for <see cref="Open(string, ReadOptions?)"/>.</exception>
    public static ValueTask<Checkpoint> OpenAsync(string path, ReadOptions? options = null, CancellationToken cancellationToken = default) =>
        OpenAsync(OpenFile(path, options), options, async: true, cancellationToken);

    /// <summary>As <see cref="Open(ByteSource, ReadOptions?)"/>, reading without blocking where the source can.</summary>
    /// <param name="source">The bytes; disposed with the checkpoint, and also when opening fails.</param>
    /// <param name="options">Checks and limits; null for the defaults.</param>
    /// <param name="cancellationToken">Stops the opening.</param>
    /// <exception cref="CheckpointException">As for <see cref="Open(string, ReadOptions?)"/>.</exception>
    public static ValueTask<Checkpoint> OpenAsync(ByteSource source, ReadOptions? options = null, CancellationToken cancellationToken = default) =>
        OpenAsync(source, options, async: true, cancellationToken);

    /// <summary>As <see cref="Open(Stream, ReadOptions?, bool)"/>, reading without blocking.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="options">Checks and limits; null for the defaults.</param>
    /// <param name="leaveOpen">Whether disposing the checkpoint leaves the stream open.</param>
    /// <param name="cancellationToken">Stops the opening.</param>
    /// <exception cref="CheckpointException">As for <see cref="Open(string, ReadOptions?)"/>.</exception>
    public static ValueTask<Checkpoint> OpenAsync(
        Stream stream, ReadOptions? options = null, bool leaveOpen = false, CancellationToken cancellationToken = default) =>
        OpenAsync(stream, options, leaveOpen, async: true, cancellationToken);

    /// <summary>
    /// Saves an object as <c>torch.save(object, path)</c> does, or in another kind of file or in several
    /// (<see cref="WriteOptions.Format"/>, <see cref="WriteOptions.MaxShardSize"/>).
    /// </summary>
    /// <param name="root">The object: a tensor, a dictionary of tensors and anything else.</param>
    /// <param name="path">
    /// The file. It appears whole or not at all: the bytes go to a temporary file beside it, which is flushed and renamed
    /// over it. When anything fails, an older file stays as it was and the temporary one is removed. What an earlier save
    /// left under this name in several files is removed at the end (docs/formats/sharded.md).
    /// </param>
    /// <param name="options">The kind of file, what is left out or converted, flushing; null for the defaults.</param>
    /// <param name="progress">Told how far the save has come; called on the saving thread.</param>
    /// <param name="cancellationToken">Stops the save as a failure does.</param>
    /// <exception cref="ArgumentException">The options make no sense, or not together.</exception>
    /// <exception cref="UnsupportedCheckpointException">
    /// The object holds what such a file cannot: one storage under two element types, a storage of a big-endian file; for
    /// safetensors anything but tensors.
    /// </exception>
    /// <exception cref="InvalidCheckpointException">A tensor comes from an open checkpoint whose bytes are missing or corrupt.</exception>
    /// <exception cref="IOException">The operating system failed.</exception>
    public static void Save(
        PyValue root, string path, WriteOptions? options = null, IProgress<SaveProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Complete(SaveAsync(root, path, options, progress, async: false, cancellationToken));

    /// <summary>Saves an object to a stream, front to back without seeking. The stream is left open, and flushed.</summary>
    /// <param name="root">The object.</param>
    /// <param name="stream">Where to write, from its position on.</param>
    /// <param name="options">Alignment and names; null for the defaults.</param>
    /// <param name="progress">Told how far the save has come; called on the saving thread.</param>
    /// <param name="cancellationToken">Stops the save, with a part of it written.</param>
    /// <exception cref="CheckpointException">As for <see cref="Save(PyValue, string, WriteOptions?, IProgress{SaveProgress}?, CancellationToken)"/>.</exception>
    public static void Save(
        PyValue root, Stream stream, WriteOptions? options = null, IProgress<SaveProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Complete(SaveAsync(root, stream, options, progress, async: false, cancellationToken));

    /// <summary>As <see cref="Save(PyValue, string, WriteOptions?, IProgress{SaveProgress}?, CancellationToken)"/>, writing without blocking.</summary>
    /// <param name="root">The object; it and its storages must not change until the task ends.</param>
    /// <param name="path">The file.</param>
    /// <param name="options">Alignment, flushing, names; null for the defaults.</param>
    /// <param name="progress">Told how far the save has come.</param>
    /// <param name="cancellationToken">Stops the save as a failure does.</param>
    /// <exception cref="CheckpointException">As for <see cref="Save(PyValue, string, WriteOptions?, IProgress{SaveProgress}?, CancellationToken)"/>.</exception>
    public static ValueTask SaveAsync(
        PyValue root, string path, WriteOptions? options = null, IProgress<SaveProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Untyped(SaveAsync(root, path, options, progress, async: true, cancellationToken));

    /// <summary>As <see cref="Save(PyValue, Stream, WriteOptions?, IProgress{SaveProgress}?, CancellationToken)"/>, writing without blocking.</summary>
    /// <param name="root">The object; it and its storages must not change until the task ends.</param>
    /// <param name="stream">Where to write, from its position on.</param>
    /// <param name="options">Alignment and names; null for the defaults.</param>
    /// <param name="progress">Told how far the save has come.</param>
    /// <param name="cancellationToken">Stops the save, with a part of it written.</param>
    /// <exception cref="CheckpointException">As for <see cref="Save(PyValue, string, WriteOptions?, IProgress{SaveProgress}?, CancellationToken)"/>.</exception>
    public static ValueTask SaveAsync(
        PyValue root, Stream stream, WriteOptions? options = null, IProgress<SaveProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Untyped(SaveAsync(root, stream, options, progress, async: true, cancellationToken));

    /// <summary>Finds a tensor by its <see cref="TensorEntry.Name"/> or <see cref="TensorEntry.Path"/>.</summary>
    /// <param name="name">Such as <c>layer1.0.weight</c>, or <c>$['model']['layer1.0.weight']</c>.</param>
    /// <exception cref="KeyNotFoundException">There is none, or several of that name.</exception>
    public TensorView FindTensor(string name)
    {
        if (Tensors.FirstOrDefault(tensor => tensor.Path == name) is { } only)
        {
            return only.View;
        }

        var found = Tensors.Where(tensor => tensor.Name == name).ToList();
        return found.Count == 1
            ? found[0].View
            : throw new KeyNotFoundException(SafeText.Escape(found.Count == 0
                ? $"the checkpoint has no tensor '{name}' among its {Tensors.Count}"
                : $"the checkpoint has {found.Count} tensors '{name}': {string.Join(", ", found.Select(tensor => tensor.Path))}"));
    }

    /// <summary>
    /// The state_dict in what was saved, without any class being needed: the saved dictionary where it is one; what
    /// <c>model.state_dict()</c> gives where a whole module was saved (<c>torch.save(model)</c>), TorchScript or an exported
    /// program; else what a dictionary holds of these. Nothing but the code of a TorchScript archive is read for it, and
    /// that as text.
    /// </summary>
    /// <remarks>
    /// In a dictionary, or an object's attributes, these names are looked at in this order, and then in what they hold:
    /// <c>state_dict</c>, <c>model_state_dict</c>, <c>model</c>, <c>module</c>, <c>ema</c>. Under any other name a state_dict
    /// or module is taken if it is the only one. A module's parameters come first, then its persistent buffers and its
    /// children, as detached tensors; a tensor that is tied is there under all of its names. <c>_metadata</c> has the version
    /// of each module: the file's, or that of PyTorch's and torchvision's classes, or else 1. What <c>get_extra_state</c>
    /// would add is not in the file and is left out. docs/formats/whole-modules.md has the rules.
    /// </remarks>
    /// <param name="path">
    /// Where to look, as <see cref="PyEntry.Path"/> writes it (<c>$['runs']['best']</c>) or joined by dots
    /// (<c>runs.best</c>); null for everywhere. A dictionary of tensors and other values is taken as it is if this is its
    /// path.
    /// </param>
    /// <returns>A new dictionary for a module, else the one in <see cref="Root"/> itself.</returns>
    /// <exception cref="KeyNotFoundException">
    /// There is none, or nothing at the path, or several among which a choice would be a guess; the message lists what there is.
    /// </exception>
    /// <exception cref="UnsupportedCheckpointException">
    /// A module keeps its state in a form that only its class can read, or the result passes <see cref="ReadLimits.MaxEntries"/>
    /// or <see cref="ReadLimits.MaxNameCharacters"/>.
    /// </exception>
    /// <exception cref="InvalidCheckpointException">The code of a TorchScript archive is missing or broken.</exception>
    public PyDict FindStateDict(string? path = null)
    {
        try
        {
            return new StateDictFinder(_contents.Modules, _options.Budget!).Find(StartOf(path), isNamed: path is not null);
        }
        catch (CheckpointException error)
        {
            error.File ??= File;
            throw;
        }
    }

    /// <summary>
    /// Every state_dict and every module in what was saved, the likeliest first: those under the names that
    /// <see cref="FindStateDict"/> knows in its order, then those under others, then dictionaries of tensors and other values.
    /// What training keeps beside a model (optimizers, schedulers, callbacks, scores) is left out, and so is what lies inside
    /// of a module. Each <see cref="PyEntry.Path"/> is one that <see cref="FindStateDict"/> takes.
    /// </summary>
    /// <exception cref="InvalidCheckpointException">The code of a TorchScript archive is missing or broken.</exception>
    public IReadOnlyList<PyEntry> FindStateDicts()
    {
        try
        {
            return new StateDictFinder(_contents.Modules, _options.Budget!).FindAll(Roots[0]);
        }
        catch (CheckpointException error)
        {
            error.File ??= File;
            throw;
        }
    }

    /// <summary>
    /// The module that <see cref="FindStateDict"/> takes its tensors of, with its classes and settings as the file has them;
    /// null where that is a state_dict, which has neither. TorchScript keeps most settings in its code, which is not read for it.
    /// </summary>
    /// <param name="path">Where to look, as there; null for everywhere.</param>
    /// <exception cref="KeyNotFoundException">There is neither module nor state_dict, or several; the message lists them.</exception>
    /// <exception cref="UnsupportedCheckpointException">A module lies inside of itself.</exception>
    /// <exception cref="InvalidCheckpointException">The code of a TorchScript archive is missing or broken.</exception>
    public ModuleRecord? FindModule(string? path = null)
    {
        try
        {
            var found = new StateDictFinder(_contents.Modules, _options.Budget!).FindValue(StartOf(path), isNamed: path is not null);
            return new ModuleRecordReader(_contents.Modules).TryRead(found);
        }
        catch (CheckpointException error)
        {
            error.File ??= File;
            throw;
        }
    }

    /// <summary>
    /// Every value of the object with its path, depth first in the file's order. A value that is reached in two ways comes
    /// twice. Where a value lies in itself, it comes once more, with <see cref="PyEntry.Above"/>, and without its entries. What lies beside the object (<see cref="Roots"/>) comes after it.
    /// </summary>
    /// <exception cref="UnsupportedCheckpointException">The object passes <see cref="ReadLimits.MaxEntries"/>.</exception>
    public IEnumerable<PyEntry> Walk() => PyWalker.Walk(Roots, _options.Budget!.MaxEntries);

    /// <summary>Closes the file. Tensors of this checkpoint cannot be read any more.</summary>
    public void Dispose()
    {
        _source.Dispose();
        foreach (var shard in _shards)
        {
            shard.Dispose();
        }
    }

    private static ByteSource OpenFile(string path, ReadOptions? options) => FilePlace.Open(path, options ?? ReadOptions.Default);

    private static async ValueTask<Checkpoint> OpenAsync(Stream stream, ReadOptions? options, bool leaveOpen, bool async, CancellationToken cancellationToken)
    {
        var source = await ToSourceAsync(stream, options, leaveOpen, async, cancellationToken).ConfigureAwait(false);
        return source is StreamByteSource seekable && stream.CanSeek
            ? await OpenNextAsync(seekable, options ?? ReadOptions.Default, async, cancellationToken).ConfigureAwait(false)
            : await OpenAsync(source, options, async, cancellationToken).ConfigureAwait(false);
    }

    // The first of what a stream has left. An archive is looked for from its end, and its own end only where that fails.
    private static async ValueTask<Checkpoint> OpenNextAsync(StreamByteSource source, ReadOptions options, bool async, CancellationToken cancellationToken)
    {
        var shared = new SharedByteSource(source);
        try
        {
            Checkpoint opened;
            try
            {
                opened = await OpenAsync(shared.Part(0, source.Length), options, async, cancellationToken).ConfigureAwait(false);
            }
            catch (InvalidCheckpointException)
            {
                var length = await FindLengthAsync(source, 0, options, async, cancellationToken).ConfigureAwait(false);
                if (length == source.Length)
                {
                    throw;
                }

                opened = await OpenAsync(shared.Part(0, length), options, async, cancellationToken).ConfigureAwait(false);
            }

            source.MoveTo(opened.Compression is null ? opened.Length : source.Length);
            return opened;
        }
        finally
        {
            shared.Release();
        }
    }

    private static async ValueTask<ByteSource> ToSourceAsync(Stream stream, ReadOptions? options, bool leaveOpen, bool async, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (stream.CanSeek && stream.Length is > 0 and var length && stream.Position is var position && position >= length)
        {
            if (!leaveOpen)
            {
                stream.Dispose();
            }

            throw new InvalidCheckpointException($"the stream stands at its end, byte {position} of {length}, where no checkpoint begins: set its Position to where one does, such as 0");
        }

        return stream.CanSeek
            ? new StreamByteSource(stream, leaveOpen, name: stream is FileStream file && Path.IsPathFullyQualified(file.Name) ? file.Name : null)
            : await SpooledStream.ToSourceAsync(stream, leaveOpen, (options ?? ReadOptions.Default).Limits, async, cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask<IReadOnlyList<Checkpoint>> OpenAllAsync(ByteSource source, ReadOptions? options, bool async, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        options ??= ReadOptions.Default;
        source = GuardedByteSource.Owning(source);
        try
        {
            var (unpacked, compression) = await PackedFile.UnpackAsync(source, options.Limits, async, cancellationToken).ConfigureAwait(false);
            if (compression is not null)
            {
                source.Dispose();
                source = unpacked;
            }
        }
        catch
        {
            source.Dispose();
            throw;
        }

        var shared = new SharedByteSource(source);
        var opened = new List<Checkpoint>();
        long at = 0;
        try
        {
            do
            {
                var length = await FindLengthAsync(source, at, options, async, cancellationToken).ConfigureAwait(false);
                var checkpoint = await OpenAsync(shared.Part(at, length), options, async, cancellationToken).ConfigureAwait(false);
                opened.Add(checkpoint);
                at += checkpoint.Length;
            }
            while (at < source.Length);
        }
        catch (Exception error)
        {
            opened.ForEach(checkpoint => checkpoint.Dispose());
            if (error is CheckpointException { Record: null } broken)
            {
                broken.Offset += at;
            }

            throw;
        }
        finally
        {
            shared.Release();
        }

        return opened;
    }

    private static async ValueTask<long> FindLengthAsync(ByteSource source, long at, ReadOptions options, bool async, CancellationToken cancellationToken)
    {
        var rest = new SliceByteSource(source, at, source.Length - at);
        var head = new byte[Math.Min(rest.Length, FormatTable.HeadSize)];
        await rest.ReadAsync(0, head, async, cancellationToken).ConfigureAwait(false);
        return await FormatTable.Detect(head, rest).FindLengthAsync(rest, options.Limits, async, cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask<Checkpoint> OpenAsync(ByteSource source, ReadOptions? options, bool async, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        source = GuardedByteSource.Owning(source);
        options = (options ?? ReadOptions.Default).WithBudget(source.Length);
        try
        {
            var fileLength = source.Length;
            var head = new byte[Math.Min(source.Length, FormatTable.HeadSize)];
            await source.ReadAsync(0, head, async, cancellationToken).ConfigureAwait(false);
            var compression = PackedFile.CompressionOf(head);
            if (compression is not null)
            {
                var unpacked = await PackedFile.InflateAsync(source, compression, options.Limits, mustBeCheckpoint: true, async, cancellationToken).ConfigureAwait(false);
                source.Dispose();
                source = unpacked;
                head = new byte[Math.Min(source.Length, FormatTable.HeadSize)];
                await source.ReadAsync(0, head, async, cancellationToken).ConfigureAwait(false);
            }

            var format = FormatTable.Detect(head, source);
            var contents = await format.OpenAsync(source, options, async, cancellationToken).ConfigureAwait(false);
            return new(format.Format, contents, source, options) { FileLength = fileLength, Compression = compression };
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    private static async ValueTask<bool> SaveAsync(
        PyValue root, string path, WriteOptions? options, IProgress<SaveProgress>? progress, bool async, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(root);
        ArgumentException.ThrowIfNullOrEmpty(path);
        var job = SaveJob.Of(root, path, options ?? WriteOptions.Default, progress, async, cancellationToken);
        var writer = FormatTable.Writer(job.Format);
        if (job.Options.MaxShardSize is { } size && ShardPlan.Of(job, size) is { Shards.Count: > 1 } plan)
        {
            await ShardedWriter.WriteAsync(job, plan, writer, path).ConfigureAwait(false);
            return true;
        }

        using var file = new AtomicFile(path);
        await writer.WriteAsync(job, file.Stream, path).ConfigureAwait(false);
        file.Commit(job.Options.FlushToDisk);
        EarlierShards.Of(path)?.Remove([], job.Options.FlushToDisk);
        return true;
    }

    private static async ValueTask<bool> SaveAsync(
        PyValue root, Stream stream, WriteOptions? options, IProgress<SaveProgress>? progress, bool async, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(root);
        ArgumentNullException.ThrowIfNull(stream);
        if (options?.MaxShardSize is not null)
        {
            throw new ArgumentException($"{nameof(WriteOptions)}.{nameof(WriteOptions.MaxShardSize)} needs a path: a stream is one file");
        }

        var job = SaveJob.Of(root, path: null, options ?? WriteOptions.Default, progress, async, cancellationToken);
        var writer = FormatTable.Writer(job.Format);
        await writer.WriteAsync(job, stream, path: null).ConfigureAwait(false);
        if (async)
        {
            await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        else
        {
            stream.Flush();
        }

        return true;
    }

    // The synchronous dialect runs the same methods, which then never wait.
    private static T Complete<T>(ValueTask<T> task) => task.GetAwaiter().GetResult();

    private static async ValueTask Untyped(ValueTask<bool> task) => await task.ConfigureAwait(false);

    // Where the object is not the module, as of TorchScript before 1.4, it is beside it.
    private PyEntry StartOf(string? path)
    {
        var start = path is null ? Roots[0] : FindValue(path);
        return start.Value == Root && _contents.Model is { } model ? PyEntry.Root(model) : start;
    }

    private PyEntry FindValue(string path)
    {
        var found = PyPath.Find(Roots, path);
        return found switch
        {
            [var only] => only,
            [] => throw new KeyNotFoundException(SafeText.Escape($"there is nothing at '{path}'")),
            _ => throw new KeyNotFoundException(
                SafeText.Escape($"'{path}' can be read as {string.Join(" and as ", found.Take(5).Select(entry => entry.Path))}: give one of them")),
        };
    }

    private List<TensorEntry> ListTensors()
    {
        var tensors = new List<TensorEntry>();
        var limit = _options.Budget!.MaxNameCharacters;
        long characters = 0;
        foreach (var entry in Walk())
        {
            if (entry is { Value: PyTensor tensor, Above: null })
            {
                var listed = characters + entry.NameLength > limit ? null : new TensorEntry(entry, tensor);
                characters += Math.Max(entry.NameLength, listed?.Name.Length ?? 0);
                if (listed is null || characters > limit)
                {
                    throw new UnsupportedCheckpointException(
                        $"the names of the tensors have more than {limit} characters ({nameof(ReadLimits)}.{nameof(ReadLimits.MaxNameCharacters)})")
                    {
                        File = File,
                    };
                }

                tensor.View.NameOnce(listed.Name);
                tensors.Add(listed);
            }
        }

        return tensors;
    }
}
