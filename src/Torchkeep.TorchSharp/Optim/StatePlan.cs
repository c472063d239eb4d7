using TorchSharp;
using TorchSharp.Modules;

namespace Torchkeep;

/// <summary>What the state of one parameter is to become. Nothing has changed before <see cref="Apply"/>.</summary>
internal sealed class StatePlan
{
    private readonly OptimizerRow _row;
    private readonly OptimizerState _state;
    private readonly OptimizerOptions _loaded;
    private readonly Parameter _parameter;
    private readonly List<Action> _numbers = [];
    private readonly Dictionary<StateRow, FileStateEntry> _tensors = [];
    private readonly Dictionary<StateRow, torch.Tensor> _fresh = [];

    private StatePlan(OptimizerRow row, OptimizerState state, OptimizerOptions loaded)
    {
        _row = row;
        _state = state;
        _loaded = loaded;
        _parameter = OptimizerFields.Parameter(state);
    }

    /// <param name="row">The optimizer.</param>
    /// <param name="state">What is to change.</param>
    /// <param name="loaded">The options that it will have.</param>
    /// <param name="saved">The parameter's entry of the file, or null where it has none.</param>
    /// <param name="reader">That of the whole load.</param>
    /// <param name="problems">Takes what is wrong, without saying of which parameter.</param>
    internal static StatePlan Read(
        OptimizerRow row, OptimizerState state, OptimizerOptions loaded, PyValue? saved, TensorReader reader, List<string> problems)
    {
        var plan = new StatePlan(row, state, loaded);
        if (saved is not (null or PyDict))
        {
            problems.Add($"has a {saved.TypeName} for its state, expected a dict");
            return plan;
        }

        // PyTorch 1.13 writes None for a buffer that is not there yet.
        var entries = (saved as PyDict ?? []).Where(entry => entry.Value is not PyNone)
            .ToDictionary(entry => entry.Key is PyString key ? key.Value : entry.Key.ToString()!, entry => entry.Value);
        foreach (var key in row.State)
        {
            if (entries.Remove(key.Key, out var value))
            {
                plan.Take(key, value, reader, problems);
            }
            else if (saved is PyDict { Count: > 0 } && key.IsNeeded(loaded))
            {
                problems.Add($"has no '{key.Key}'");
            }
        }

        problems.AddRange(entries.Keys.Select(key => $"has '{key}', which is not of {row.Name}"));
        return plan;
    }

    /// <summary>What will be read of the file.</summary>
    internal IEnumerable<TensorView> Views => _tensors.Values.Select(entry => entry.FileView!);

    /// <summary>Gets the memory that is wanted.</summary>
    internal void Prepare()
    {
        foreach (var (key, entry) in _tensors)
        {
            // torch/optim/optimizer.py, _process_value_according_to_param_policy.
            var type = _parameter.is_floating_point() ? _parameter.dtype : entry.ScalarType;
            if (key.Tensor!(_state) is not { IsInvalid: false } existing
                || existing.dtype != type
                || existing.device != _parameter.device
                || !existing.shape.SequenceEqual(_parameter.shape))
            {
                _fresh[key] = torch.zeros(_parameter.shape, type, _parameter.device).DetachFromDisposeScope();
            }
        }
    }

    /// <param name="options">The group's, as they are now.</param>
    /// <param name="later">Takes what is only to be moved, for all parameters at once.</param>
    internal void Apply(OptimizerOptions options, List<Transfer> later)
    {
        if (_numbers.Count + _tensors.Count == 0)
        {
            _state.Initialize(options);
            return;
        }

        _numbers.ForEach(change => change());
        foreach (var key in _row.State)
        {
            if (key.Tensor is not { } field)
            {
                continue;
            }

            if (_fresh.TryGetValue(key, out var fresh))
            {
                field(_state)?.Dispose();
                field(_state) = fresh;
            }

            if (_tensors.TryGetValue(key, out var entry))
            {
                Copy(entry, field(_state)!, key.IsNegated(_loaded), later);
            }
            else if (key.IsAlwaysThere)
            {
                _ = field(_state)!.zero_();
            }
            else
            {
                field(_state)?.Dispose();
                field(_state) = null;
            }
        }
    }

    private static void Copy(FileStateEntry entry, torch.Tensor target, bool isNegated, List<Transfer> later)
    {
        if (!isNegated && entry.DirectTo(target) is { } transfer)
        {
            later.Add(transfer);
            return;
        }

        entry.CopyTo(target);
        _ = isNegated ? target.neg_() : null;
    }

    private void Take(StateRow key, PyValue value, TensorReader reader, List<string> problems)
    {
        try
        {
            if (key.Step is { } step)
            {
                var count = PyNumber.CountOf(value);
                _numbers.Add(() => step(_state) = count);
            }
            else if (key.Number is { } number)
            {
                var loaded = PyNumber.Of(value);
                _numbers.Add(() => number(_state) = loaded);
            }
            else
            {
                TakeTensor(key, new(value, reader));
            }
        }
        catch (FormatException error)
        {
            problems.Add($"has for its '{key.Key}' something unfit: {error.Message}");
        }
    }

    private void TakeTensor(StateRow key, FileStateEntry entry)
    {
        if (entry.NotATensor is { } found)
        {
            throw new FormatException($"expected a tensor, found {found}");
        }

        if (!entry.Shape.SequenceEqual(_parameter.shape))
        {
            throw new FormatException(
                $"size mismatch, torch.Size([{string.Join(", ", entry.Shape.ToArray())}]) where the parameter has torch.Size([{string.Join(", ", _parameter.shape)}])");
        }

        if ((entry.Problem ?? TensorCopier.ConversionProblem(entry.ScalarType, _parameter)) is { } problem)
        {
            throw new FormatException(problem);
        }

        _tensors.Add(key, entry);
    }
}
