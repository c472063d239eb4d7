using TorchSharp;

namespace Torchkeep;

/// <summary>
/// <c>Module.load_state_dict</c> (torch/nn/modules/module.py), in two steps where PyTorch has one: everything is checked
/// first, in PyTorch's order and words, and only then is the first element copied.
/// </summary>
internal sealed class StateDictLoader
{
    private static readonly string[] _runningStatistics = ["running_mean", "running_var"];

    private readonly StateSource _source;
    private readonly bool _assign;
    private readonly bool _skipMismatched;
    private readonly List<string> _missing = [];
    private readonly List<string> _unexpected = [];
    private readonly List<string> _problems = [];
    private readonly List<(string Key, string Reason)> _skipped = [];
    private readonly List<(string Key, StateEntry Entry, torch.Tensor Target)> _matches = [];

    internal StateDictLoader(StateSource source, bool assign, bool skipMismatched = false)
    {
        _source = source;
        _assign = assign;
        _skipMismatched = skipMismatched;
    }

    internal IReadOnlyList<string> Missing => _missing;

    internal IReadOnlyList<string> Unexpected => _unexpected;

    internal IReadOnlyList<(string Key, string Reason)> Skipped => _skipped;

    internal IEnumerable<string> Matched => _matches.Select(match => match.Key);

    internal bool HasProblems => _problems.Count > 0;

    internal static IncompatibleKeys Load(torch.nn.Module module, StateSource source, bool strict, bool assign)
    {
        ArgumentNullException.ThrowIfNull(module);
        var loader = new StateDictLoader(source, assign);
        var root = ModuleTree.Read(module);
        loader.Check(root);
        var keys = loader.Judge(root.ClassName, new(loader._missing, loader._unexpected), strict, loader.WrapperHint(root));
        loader.Apply();
        return keys;
    }

    internal void Check(ModuleNode root) => Check(root, [.. _source.Entries.Keys], prefix: "");

    // Module._load_from_state_dict for one module and, in turn, its children; keys are those that start with the prefix.
    private void Check(ModuleNode node, List<string> keys, string prefix)
    {
        var version = _source.Version(prefix.TrimEnd('.'));
        if (node.Norm == NormKind.Instance && version is null)
        {
            RefuseRunningStatistics(node, keys, prefix);
        }

        foreach (var (name, target) in node.Tensors)
        {
            var key = prefix + name;
            if (_source.Entries.TryGetValue(key, out var entry))
            {
                CheckEntry(node, key, entry, target);
            }
            else if (node.Norm == NormKind.None || name != "num_batches_tracked" || version >= 2)
            {
                // Before version 2 there was no such buffer, and the module keeps its own.
                _missing.Add(key);
            }
        }

        // No module of TorchSharp has an extra state, which PyTorch looks for first.
        var extraState = prefix + "_extra_state";
        if (keys.Remove(extraState))
        {
            _unexpected.Add(extraState);
        }

        foreach (var key in keys)
        {
            if (ChildOf(key, prefix.Length) is { } child ? !node.Children.ContainsKey(child) : !node.Tensors.ContainsKey(key[prefix.Length..]))
            {
                _unexpected.Add(key);
            }
        }

        var keysOfChildren = keys.ToLookup(key => ChildOf(key, prefix.Length), StringComparer.Ordinal);
        foreach (var (name, child) in node.Children)
        {
            Check(child, [.. keysOfChildren[name]], $"{prefix}{name}.");
        }
    }

    /// <summary>The child that a key names behind a prefix, or null for a tensor of the module itself.</summary>
    private static string? ChildOf(string key, int prefixLength)
    {
        var dot = key.IndexOf('.', prefixLength);
        return dot < 0 ? null : key[prefixLength..dot];
    }

    // torch/nn/modules/instancenorm.py, _load_from_state_dict.
    private void RefuseRunningStatistics(ModuleNode node, List<string> keys, string prefix)
    {
        string[] names = [.. _runningStatistics.Select(name => prefix + name).Where(keys.Contains)];
        if (names.Length == 0 || node.Tensors.ContainsKey("running_mean"))
        {
            return;
        }

        keys.RemoveAll(names.Contains);
        _problems.Add(
            $"Unexpected running stats buffer(s) {string.Join(" and ", names.Select(name => $"\"{name}\""))} for {node.ClassName} with "
            + "track_running_stats=False. If state_dict is a checkpoint saved before 0.4.0, this may be expected because "
            + $"{node.ClassName} does not track running stats by default since 0.4.0. Please remove these keys from state_dict. If the "
            + $"running stats are actually needed, instead set track_running_stats=True in {node.ClassName} to enable them. See the "
            + $"documentation of {node.ClassName} for details.");
    }

    private void CheckEntry(ModuleNode node, string key, StateEntry entry, torch.Tensor target)
    {
        if (entry.NotATensor is { } found)
        {
            _problems.Add($"While copying the parameter named \"{key}\", expected torch.Tensor or Tensor-like object from checkpoint but received {found}");
            return;
        }

        // Files of PyTorch 0.3 have one element where there is no dimension now.
        var shape = target.dim() == 0 && entry.Shape is [1] ? [] : entry.Shape;
        if (!shape.SequenceEqual(target.shape))
        {
            if (_skipMismatched)
            {
                _skipped.Add((key, $"shape {Size(shape)}, the model has {Size(target.shape)}"));
                return;
            }

            _problems.Add($"size mismatch for {key}: copying a param with shape {Size(shape)} from checkpoint, the shape in current model is {Size(target.shape)}.");
            return;
        }

        var problem = entry.Problem ?? (_assign ? AssignProblem(node, entry, target) : CopyProblem(entry, target));
        if (problem is not null)
        {
            _problems.Add(
                $"While copying the parameter named \"{key}\", whose dimensions in the model are {Size(target.shape)} and whose dimensions in "
                + $"the checkpoint are {Size(shape)}, an exception occurred : ({new PyString(problem)},).");
            return;
        }

        _matches.Add((key, entry, target));
    }

    private static string? CopyProblem(StateEntry entry, torch.Tensor target)
    {
        if (target.is_meta)
        {
            // PyTorch copies nothing and reports success.
            return "Cannot copy into a meta tensor; load with assign: true";
        }

        // ATen/MemoryOverlap.cpp.
        return target.shape.Zip(target.stride()).Any(dimension => dimension is { First: > 1, Second: 0 })
            ? "unsupported operation: more than one element of the written-to tensor refers to a single memory location. "
                + "Please clone() the tensor before performing the operation."
            : TensorCopier.ConversionProblem(entry.ScalarType, target);
    }

    private static string? AssignProblem(ModuleNode node, StateEntry entry, torch.Tensor target)
    {
        var scalar = entry.ScalarType;
        if (target.requires_grad && !ElementTypeMap.CanRequireGrad(scalar))
        {
            return "Only Tensors of floating point and complex dtype can require gradients";
        }

        return node.IsNative && (scalar != target.dtype || !IsSameDevice(entry.Device, target.device))
            ? $"TorchSharp keeps the parameters of {node.ClassName} in native code, where {target.dtype} on {target.device} cannot become "
                + $"{scalar} on {entry.Device}; convert the module with to() first or load without assign"
            : null;
    }

    private static bool IsSameDevice(torch.Device left, torch.Device right) =>
        left.type == right.type && Math.Max(left.index, 0) == Math.Max(right.index, 0);

    // What PyTorch does not say: that only a wrapper's steps are in the way.
    private IEnumerable<string> WrapperHint(ModuleNode root)
    {
        if (_missing.Count == 0)
        {
            return [];
        }

        var steps = new WrapperNames([.. ModuleTree.Entries(root, prefix: "").Select(entry => entry.Key)]).ThatHide(_source.Entries.Keys);
        return steps.Count == 0
            ? []
            : [$"The names fit without {string.Join(" and ", steps.Select(step => $"\"{step}.\""))}, which a wrapper such as DataParallel put there: "
                + "model.warm_start(state_dict) takes it off."];
    }

    /// <param name="moduleClass">What PyTorch calls the module.</param>
    /// <param name="keys">What is missing and unexpected.</param>
    /// <param name="strict">Whether that is wrong.</param>
    /// <param name="hints">What to say besides where anything is wrong.</param>
    internal IncompatibleKeys Judge(string moduleClass, IncompatibleKeys keys, bool strict, IEnumerable<string> hints)
    {
        List<string> problems = [];
        if (strict && keys.missing_keys.Count > 0)
        {
            problems.Add($"Missing key(s) in state_dict: {Quoted(keys.missing_keys)}. ");
        }

        if (strict && keys.unexpected_keys.Count > 0)
        {
            problems.Add($"Unexpected key(s) in state_dict: {Quoted(keys.unexpected_keys)}. ");
        }

        problems.AddRange(_problems);
        return problems.Count == 0 ? keys : throw new StateDictException(moduleClass, keys, [.. problems, .. hints]);
    }

    internal void Apply()
    {
        using var noGradients = torch.no_grad();
        if (_assign)
        {
            // All are read before the first is put in place; what the module then has is not the scope's.
            using var scope = torch.NewDisposeScope();
            _source.Prepare([.. _matches.Select(match => match.Entry)]);
            foreach (var (tensor, target) in _matches.ConvertAll(match => (match.Entry.ToTensor(), match.Target)))
            {
                Assign(tensor, target);
            }

            return;
        }

        ParallelReads.Run([.. _matches.Select(match => match.Entry).DistinctBy(entry => entry.Memory)], entry => entry.Verify());

        // Changes nothing, but fails where libtorch lets nothing be changed, and marks as changed what a backward pass may wait for.
        foreach (var (_, _, target) in _matches)
        {
            _ = target.set_(target);
        }

        // Of several entries for one memory the last one stays, so these keep their order.
        var isShared = _matches.ToLookup(match => Native.StorageStart(match.Target));
        List<Action> direct = [];
        List<(TensorView Source, torch.Tensor Target)> staged = [];
        foreach (var (_, entry, target) in _matches)
        {
            var isAlone = isShared[Native.StorageStart(target)].Count() == 1;
            if (isAlone && entry.DirectCopyTo(target) is { } copy)
            {
                direct.Add(copy);
            }
            else if (isAlone && target.device_type == DeviceType.CUDA && entry.StagedCopyTo(target) is { } view)
            {
                staged.Add((view, target));
            }
            else
            {
                entry.CopyTo(target);
            }
        }

        ParallelReads.Run(direct, copy => copy());
        if (StagingDevice.For(DeviceType.CUDA, staged.Sum(item => item.Source.ByteLength)) is { } staging)
        {
            DeviceReads.Run(staged, staging);
        }
        else
        {
            staged.ForEach(item => TensorCopier.Copy(item.Source, item.Target));
        }
    }

    // The Parameter object stays, since modules and optimizers hold it.
    private static void Assign(torch.Tensor tensor, torch.Tensor target)
    {
        using var source = tensor.detach().reshape(target.shape);
        if (source.dtype == target.dtype && IsSameDevice(source.device, target.device))
        {
            target.set_(source);
            return;
        }

        var requiresGrad = target.requires_grad;
        ref var handle = ref Native.Handle(target);
        using var old = torch.Tensor.UnsafeCreateTensor(handle);
        handle = torch.empty([0], source.dtype, source.device).set_(source).DecoupleFromNativeHandle();
        target.requires_grad_(requiresGrad);
    }

    private static string Quoted(IEnumerable<string> keys) => string.Join(", ", keys.Select(key => $"\"{key}\""));

    private static string Size(ReadOnlySpan<long> shape) => $"torch.Size([{string.Join(", ", shape.ToArray())}])";
}
