using System.Collections.Frozen;
using Torchkeep.Formats.Safetensors;

namespace Torchkeep.Formats.Sharded;

/// <summary>
/// Splits a dictionary as Hugging Face does (huggingface_hub/serialization/_base.py, <c>split_state_dict_into_shards_factory</c>):
/// in its order, each file as full as it gets, a tensor that is too large in one of its own, and whatever shares a storage
/// beside the first tensor over it.
/// </summary>
internal sealed class ShardPlan
{
    private readonly SaveJob _job;
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);

    // The tensors that a file of the kind has: some may be left out, and are recorded in the file itself.
    private readonly HashSet<string>? _written;

    private ShardPlan(SaveJob job)
    {
        _job = job;
        if (job.Format == CheckpointFormat.Safetensors)
        {
            var (tensors, aliases) = SafetensorsTensors.Of(job);
            _written = [.. tensors.Select(tensor => tensor.Name)];
            Aliases = aliases;
        }
    }

    /// <summary>The files in order.</summary>
    internal IReadOnlyList<Shard> Shards { get; private set; } = [];

    /// <summary>Names that are left out, each with the one that their tensor is written under.</summary>
    internal IReadOnlyDictionary<string, string> Aliases { get; } = FrozenDictionary<string, string>.Empty;

    /// <summary>The bytes of all of them.</summary>
    internal long TotalBytes => Shards.Sum(shard => shard.Bytes);

    /// <summary>The names of the tensors in the order of the dictionary, each with the place of its file.</summary>
    internal IEnumerable<KeyValuePair<string, int>> Places =>
        ((PyDict)_job.Root).Select(entry => ((PyString)entry.Key).Value).Where(IsWritten).Select(name => KeyValuePair.Create(name, _places[name]));

    internal static ShardPlan Of(SaveJob job, long maxBytes)
    {
        var tensors = Tensors(job.Root);
        var plan = new ShardPlan(job);
        plan.Split(tensors, maxBytes);
        return plan;
    }

    private static List<(string Name, PyTensor Tensor)> Tensors(PyValue root)
    {
        if (root is not PyDict dict)
        {
            ShardedThrow.NotSplit($"the object is {root.Noun}");
            return null!;
        }

        var tensors = new List<(string, PyTensor)>();
        foreach (var (key, value) in dict)
        {
            if (key is not PyString name || value is not PyTensor tensor)
            {
                ShardedThrow.NotSplit($"{key.Brief} is {value.Noun}");
                return null!;
            }

            tensors.Add((name.Value, tensor));
        }

        return tensors;
    }

    private void Split(List<(string Name, PyTensor Tensor)> tensors, long maxBytes)
    {
        var sizes = new List<long>();
        int? open = null;
        foreach (var storage in tensors.GroupBy(tensor => _job.Plan.ViewOf(tensor.Tensor.View).Storage))
        {
            var size = SizeOf(storage.Key, storage);
            int home;
            if (size > maxBytes)
            {
                home = Add(sizes, size);
            }
            else if (open is { } last && sizes[last] + size <= maxBytes)
            {
                home = last;
                sizes[home] += size;
            }
            else
            {
                open = home = Add(sizes, size);
            }

            foreach (var (name, _) in storage)
            {
                _places[name] = home;
            }
        }

        Shards = [.. sizes.Select(size => new Shard(Root(), size))];
        foreach (var (name, tensor) in tensors)
        {
            Shards[_places[name]].Root.Add(name, tensor);
        }
    }

    // A PyTorch file has whole storages, one of safetensors the tensors.
    private long SizeOf(TensorStorage storage, IEnumerable<(string Name, PyTensor Tensor)> tensors) => _written is null
        ? storage.ByteLength
        : tensors.Where(tensor => IsWritten(tensor.Name)).Sum(tensor => _job.Plan.ViewOf(tensor.Tensor.View).ByteLength);

    private static int Add(List<long> sizes, long size)
    {
        sizes.Add(size);
        return sizes.Count - 1;
    }

    // The versions of modules go with each file, so that opening all of them finds them.
    private PyDict Root()
    {
        var root = (PyDict)_job.Root;
        return new(root.IsOrdered) { Attributes = root.Attributes };
    }

    private bool IsWritten(string name) => _written is null || _written.Contains(name);
}
