using TorchSharp;
using TorchSharp.Modules;
using StateDictionary = TorchSharp.torch.optim.Optimizer.StateDictionary;

namespace Torchkeep;

/// <summary>
/// Makes PyTorch's dictionary of TorchSharp's state dictionary (torch/optim/optimizer.py, <c>state_dict</c>). The memory of
/// its tensors is the encoder's to hold.
/// </summary>
internal static class OptimizerEncoder
{
    /// <exception cref="NotSupportedException">The optimizer has no counterpart, or computes something else than PyTorch's with its options.</exception>
    internal static PyDict Encode(StateDictionary dictionary, ValueEncoder encoder)
    {
        var names = ParameterNames.Remembered(dictionary);
        var numbers = Number(dictionary);
        PyDict state = [];
        PyList groups = new();
        for (var i = 0; i < dictionary.Options.Count; i++)
        {
            var options = dictionary.Options[i];
            var row = OptimizerTable.Of(options);
            if (row.Problem(options) is { } problem)
            {
                throw new NotSupportedException($"group {i} of {row.Name} cannot be saved for PyTorch: {problem}");
            }

            List<OptimizerState> members = [.. dictionary.StateIndexRef[i].Select(index => dictionary.State[index])];
            groups.Items.Add(EncodeGroup(row, options, [.. members.Select(member => numbers[member])], names is null ? null : members.ConvertAll(names.Of)));
            foreach (var member in members)
            {
                var entry = EncodeState(row, options, member, encoder);
                if (entry.Count > 0)
                {
                    state[numbers[member]] = entry;
                }
            }
        }

        return new() { ["state"] = state, ["param_groups"] = groups };
    }

    // A parameter that a group has twice gets the second number; one that an earlier group has keeps its own.
    private static Dictionary<OptimizerState, long> Number(StateDictionary dictionary)
    {
        Dictionary<OptimizerState, long> numbers = new(ReferenceEqualityComparer.Instance);
        foreach (var group in dictionary.StateIndexRef)
        {
            Dictionary<OptimizerState, long> ofGroup = new(ReferenceEqualityComparer.Instance);
            group.ForEach(index => ofGroup[dictionary.State[index]] = index);
            foreach (var (member, number) in ofGroup)
            {
                numbers.TryAdd(member, number);
            }
        }

        return numbers;
    }

    private static PyDict EncodeGroup(OptimizerRow row, OptimizerOptions options, IEnumerable<long> numbers, List<string>? names)
    {
        var extras = GroupExtras.Find(options);
        PyDict group = [];
        if (names is not null)
        {
            group["param_names"] = new PyList(names.Select(name => new PyString(name)));
        }
        else if (extras?.Values.TryGetValue("param_names", out var loaded) is true)
        {
            group["param_names"] = loaded;
        }

        foreach (var option in row.Options)
        {
            group[option.Key] = option.Get?.Invoke(options) ?? extras?.Values.GetValueOrDefault(option.Key) ?? option.Default;
        }

        if (extras?.HasInitialLearningRate is true || options.InitialLearningRate != options.LearningRate)
        {
            // OneCycleLR of TorchSharp keeps its own.
            group["initial_lr"] = extras?.Values.GetValueOrDefault("initial_lr") ?? options.InitialLearningRate;
        }

        foreach (var (key, value) in extras?.Values ?? [])
        {
            if (!group.TryGet(key, out _))
            {
                group[key] = value;
            }
        }

        group["params"] = new PyList(numbers.Select(PyInt.From));
        return group;
    }

    private static PyDict EncodeState(OptimizerRow row, OptimizerOptions options, OptimizerState state, ValueEncoder encoder)
    {
        PyDict entry = [];
        if (!IsPresent(row, state))
        {
            return entry;
        }

        foreach (var key in row.State)
        {
            if (key.Step is { } step)
            {
                entry[key.Key] = Scalar(step(state));
            }
            else if (key.Number is { } number)
            {
                entry[key.Key] = Scalar(number(state));
            }
            else if (key.Tensor!(state) is { } tensor && (key.IsNeeded(options) || IsTouched(tensor)))
            {
                entry[key.Key] = encoder.Encode(key.IsNegated(options) ? encoder.Hold(Negative(tensor)) : tensor);
            }
        }

        return entry;
    }

    // TorchSharp's state is there from the start, PyTorch's from a parameter's first step on. Adadelta of TorchSharp counts no steps.
    private static bool IsPresent(OptimizerRow row, OptimizerState state) =>
        row.HasStateFromTheStart
        || row.State.Any(key => key.Step?.Invoke(state) > 0)
        || (row.State.First(key => key.Tensor is not null).Tensor!(state) is { } first && (row.State[0].Step is null || IsTouched(first)));

    private static bool IsTouched(torch.Tensor tensor)
    {
        using var count = tensor.count_nonzero();
        return count.ToInt64() > 0;
    }

    private static torch.Tensor Negative(torch.Tensor tensor)
    {
        using var noGradients = torch.no_grad();
        return tensor.neg();
    }

    // PyTorch has float32 here, or float64 where that is its default type, and loads either. TorchSharp counts in float64, which a
    // resume needs whole.
    private static TensorView Scalar(double value) => (float)value == value
        ? TensorView.FromArray([(float)value], ElementType.Float32, [])
        : TensorView.FromArray([value], ElementType.Float64, []);
}
