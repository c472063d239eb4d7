namespace Torchkeep;

/// <summary>
/// The steps that PyTorch's wrappers add to names: torch/nn/parallel/data_parallel.py, torch/_dynamo/eval_frame.py,
/// torch/distributed/fsdp/_common_utils.py, torch/distributed/algorithms/_checkpoint/checkpoint_wrapper.py,
/// torch/optim/swa_utils.py; and those of Lightning Fabric (lightning/fabric/wrappers.py, with DeepSpeed and FSDP) and Opacus
/// (opacus/grad_sample/grad_sample_module.py).
/// </summary>
internal sealed class WrapperNames(HashSet<string> model)
{
    private const string AveragedCount = "n_averaged";
    private const string AveragedStep = "module.";

    private static readonly string[] _known = ["module", "_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module", "_forward_module", "_module"];

    // A step that the model has itself is no wrapper's.
    private readonly HashSet<string> _steps = [.. _known.Except(model.SelectMany(name => name.Split('.')))];

    internal string TakeOff(string key) =>
        _known.Any(step => key.Contains(step, StringComparison.Ordinal)) ? string.Join('.', key.Split('.').Where(step => !_steps.Contains(step))) : key;

    /// <summary>Whether a key is AveragedModel's own, beside the model that it wraps.</summary>
    internal bool IsCount(string key, IEnumerable<string> keys) =>
        key == AveragedCount && !model.Contains(key) && keys.All(other => other == key || other.StartsWith(AveragedStep, StringComparison.Ordinal));

    /// <summary>The wrapper's steps that some of the keys have.</summary>
    internal IReadOnlyList<string> In(IEnumerable<string> keys)
    {
        var steps = keys.SelectMany(key => key.Split('.')).ToHashSet(StringComparer.Ordinal);
        return [.. _steps.Where(steps.Contains)];
    }
}
