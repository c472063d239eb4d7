using Torchkeep.Formats.Safetensors;
using Torchkeep.IO;
using Torchkeep.Tensors;

namespace Torchkeep.Formats.Sharded;

/// <summary>
/// Reads the index and opens every file that it names, each as the kind it is. Their directories and pickles are read at
/// once, since the index does not have the shapes; their tensors are not.
/// </summary>
internal static class ShardedReader
{
    internal static async ValueTask<CheckpointContents> OpenAsync(ByteSource source, ReadOptions options, bool async, CancellationToken cancellationToken)
    {
        var (weights, texts) = await ReadIndexAsync(source, options.Limits, async, cancellationToken).ConfigureAwait(false);
        if (source.Name is not { } index || !File.Exists(index))
        {
            ShardedThrow.NoFolder(source);
            return null!;
        }

        var files = ShardFiles.Of(index, NamesIn(weights));
        CheckPresent(source, files);
        var sources = new List<ByteSource>();
        try
        {
            var shards = new Dictionary<string, CheckpointContents>(StringComparer.Ordinal);
            var opened = new List<CheckpointContents>();
            foreach (var file in files)
            {
                ByteSource shard = options.MemoryMap ? new MappedByteSource(file.Path) : new FileByteSource(file.Path);
                sources.Add(shard);
                options.Budget?.AddFile(shard.Length);
                var contents = await OpenShardAsync(shard, options, async, cancellationToken).ConfigureAwait(false);
                opened.Add(contents);
                file.Names.ForEach(name => shards.Add(name, contents));
            }

            var names = new TensorNames();
            foreach (var shard in opened)
            {
                shard.Names.From(names.Find);
            }

            var root = Combine(source, weights, shards, options);
            var aliases = AddAliases(root, opened, texts, source, options);
            return new(root, names) { Metadata = Merge(opened), Aliases = aliases, Shards = sources };
        }
        catch
        {
            sources.ForEach(shard => shard.Dispose());
            throw;
        }
    }

    /// <summary>The files that an index names, whether they are there or not. An index without a path has none.</summary>
    internal static IReadOnlyList<ShardFile> FindShards(ByteSource source, ReadLimits limits, CancellationToken cancellationToken)
    {
        var index = ReadIndexAsync(source, limits, async: false, cancellationToken).Complete();
        return source.Name is { } path ? ShardFiles.Of(path, NamesIn(index.Weights)) : [];
    }

    private static IEnumerable<string> NamesIn(List<(string Name, string File)> weights) => weights.Select(weight => weight.File).Distinct(StringComparer.Ordinal);

    private static async ValueTask<ShardIndex> ReadIndexAsync(ByteSource source, ReadLimits limits, bool async, CancellationToken cancellationToken)
    {
        var head = new byte[Math.Min(source.Length, FormatTable.HeadSize)];
        await source.ReadAsync(0, head, async, cancellationToken).ConfigureAwait(false);
        if (source.Length > limits.MaxJsonBytes)
        {
            throw head.AsSpan().IndexOf("\"weight_map\""u8) < 0 ? ForeignFile.Describe(head, source) : ShardedThrow.IndexTooLarge(source, limits.MaxJsonBytes);
        }

        var json = new byte[source.Length];
        await source.ReadAsync(0, json, async, cancellationToken).ConfigureAwait(false);
        return ShardIndex.Parse(json, source, limits) ?? throw ForeignFile.Describe(head, source);
    }

    private static void CheckPresent(ByteSource source, List<ShardFile> files)
    {
        var missing = files.Where(file => !File.Exists(file.Path)).SelectMany(file => file.Names).ToList();
        if (missing.Count > 0)
        {
            ShardedThrow.MissingShards(source, missing, files.Sum(file => file.Names.Count));
        }
    }

    private static async ValueTask<CheckpointContents> OpenShardAsync(ByteSource shard, ReadOptions options, bool async, CancellationToken cancellationToken)
    {
        var head = new byte[Math.Min(shard.Length, FormatTable.HeadSize)];
        await shard.ReadAsync(0, head, async, cancellationToken).ConfigureAwait(false);
        var format = FormatTable.DetectShard(head, shard);
        var contents = await format.OpenAsync(shard, options, async, cancellationToken).ConfigureAwait(false);
        if (contents.Root is not PyDict)
        {
            ShardedThrow.NoDictionary(shard, contents.Root);
        }

        return contents;
    }

    // In the order of the index. An OrderedDict, and its _metadata, where the files are such.
    private static PyDict Combine(
        ByteSource source, List<(string Name, string File)> weights, Dictionary<string, CheckpointContents> shards, ReadOptions options)
    {
        var roots = shards.ToDictionary(shard => shard.Key, shard => (PyDict)shard.Value.Root, StringComparer.Ordinal);
        var root = new PyDict(isOrdered: roots.Count > 0 && roots.Values.All(shard => shard.IsOrdered));
        if (root.IsOrdered)
        {
            root.Attributes = roots.Values.Select(shard => shard.Attributes).FirstOrDefault(attributes => attributes is not null);
        }

        foreach (var (name, file) in weights)
        {
            if (!roots[file].TryGet(name, out var value))
            {
                ShardedThrow.MissingTensor(source, name, file);
            }

            root.Add(name, value);
        }

        if (options.StrictIndex)
        {
            RefuseUnlisted(source, weights, shards);
        }

        return root;
    }

    // A further name of a tensor need not be in the index.
    private static void RefuseUnlisted(ByteSource source, List<(string Name, string File)> weights, Dictionary<string, CheckpointContents> shards)
    {
        var files = weights.ToDictionary(weight => weight.Name, weight => weight.File, StringComparer.Ordinal);
        foreach (var (file, shard) in shards)
        {
            foreach (var (key, _) in (PyDict)shard.Root)
            {
                var name = (key as PyString)?.Value;
                var home = name is null ? null : files.GetValueOrDefault(name);
                if (home != file && (name is null || !shard.Aliases.ContainsKey(name)))
                {
                    ShardedThrow.UnlistedTensor(source, key, file, home);
                }
            }
        }
    }

    // Those of the shards, then those of the index, which names tensors of any shard.
    private static Dictionary<string, string> AddAliases(
        PyDict root, List<CheckpointContents> shards, Dictionary<string, string> texts, ByteSource source, ReadOptions options)
    {
        var aliases = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var shard in shards)
        {
            foreach (var (name, target) in shard.Aliases)
            {
                var value = ((PyDict)shard.Root)[name];
                if (!root.TryGet(name, out var known) && root.TryGet(target, out _))
                {
                    root.Add(name, known = value);
                }

                if (known == value)
                {
                    aliases.TryAdd(name, target);
                }
            }
        }

        foreach (var (name, target) in SafetensorsAliases.AddTo(root, texts.Where(text => !aliases.ContainsKey(text.Value)), source, options))
        {
            aliases.Add(name, target);
        }

        return aliases;
    }

    private static Dictionary<string, string> Merge(IEnumerable<CheckpointContents> shards)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in shards.SelectMany(shard => shard.Metadata))
        {
            metadata.TryAdd(key, value);
        }

        return metadata;
    }
}
