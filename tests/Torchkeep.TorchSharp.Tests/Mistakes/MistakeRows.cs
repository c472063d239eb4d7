using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Torchkeep.TorchSharp.Tests.Mistakes;

/// <summary>Mistakes that users of PyTorch's checkpoints report.</summary>
internal static class MistakeRows
{
    private static readonly Call _load = (model, loaded, _, _) => model.load_state_dict(loaded);
    private static readonly Call _warm = (model, loaded, _, _) => model.warm_start(loaded);
    private static readonly Call _optimizer = (_, loaded, optimizer, _) => optimizer.load_state_dict(loaded);
    private static readonly Call _scheduler = (_, loaded, _, scheduler) => scheduler.load_state_dict(loaded);
    private static readonly Call _tensor = (_, loaded, _, _) => loaded["w"].tensor();

    internal static IReadOnlyList<Mistake> All =>
    [
        new("the checkpoint of PyTorch's tutorial", () => Run("model_state_dict", State()), _load, (model, loaded, _, _) => model.load_state_dict(loaded["model_state_dict"])),
        new("the checkpoint of PyTorch's examples", () => Run("state_dict", State()), _load, (model, loaded, _, _) => model.load_state_dict(loaded["state_dict"])),
        new("the checkpoint of another script", () => Run("net", State()), _load, (model, loaded, _, _) => model.load_state_dict(loaded["net"])),
        new("a state_dict two levels down", () => Run("best", new Dictionary<string, object> { ["state_dict"] = State() }), _load, (model, loaded, _, _) => model.load_state_dict(loaded["best"]["state_dict"])),
        new("a state_dict in a list", () => new List<object> { State(), 3L }, _load, (model, loaded, _, _) => model.load_state_dict(loaded[0])),
        new("two networks in a file", () => new Dictionary<string, object> { ["g"] = State(key => "x" + key), ["d"] = State() }, _load, (model, loaded, _, _) => model.load_state_dict(loaded["d"])),
        new("an entire model in a checkpoint", () => Run("model", Small()), _load, (model, loaded, _, _) => model.load_state_dict(loaded["model"])),
        new("a nested state_dict in a warm start", () => Run("model_state_dict", State()), _warm, (model, loaded, _, _) => model.load_state_dict(loaded["model_state_dict"])),
        new("Lightning's checkpoint", () => Run("state_dict", State(key => "model." + key)), _load, (model, loaded, _, _) => model.warm_start(loaded["state_dict"], new() { strip_prefix = "model.", strict = true })),
        new("Lightning's checkpoint with a loss in it", () => Run("state_dict", With(State(key => "net." + key), "loss.weight")), _load, (model, loaded, _, _) => model.warm_start(loaded["state_dict"], new() { strip_prefix = "net." })),
        new("the prefix model.", () => State(key => "model." + key), _load, (model, loaded, _, _) => model.warm_start(loaded, new() { strip_prefix = "model.", strict = true })),
        new("the prefix net. in a warm start", () => State(key => "net." + key), _warm, (model, loaded, _, _) => model.warm_start(loaded, new() { strip_prefix = "net.", strict = true })),
        new("the prefix backbone. and a head", () => With(State(key => "backbone." + key), "head.weight"), _load, (model, loaded, _, _) => model.warm_start(loaded, new() { strip_prefix = "backbone." })),
        new("the prefix bert.", () => State(key => "bert." + key), _load, (model, loaded, _, _) => model.warm_start(loaded, new() { strip_prefix = "bert.", strict = true })),
        new("a prefix of two steps", () => State(key => "student.encoder." + key), _load, (model, loaded, _, _) => model.warm_start(loaded, new() { strip_prefix = "student.encoder.", strict = true })),
        new("DataParallel", () => State(key => "module." + key), _load, (model, loaded, _, _) => model.warm_start(loaded, new() { strict = true })),
        new("torch.compile", () => State(key => "_orig_mod." + key), _load, (model, loaded, _, _) => model.warm_start(loaded, new() { strict = true })),
        new("Lightning Fabric", () => State(key => "_forward_module." + key), _load, (model, loaded, _, _) => model.warm_start(loaded, new() { strict = true })),
        new("Opacus", () => State(key => "_module." + key), _load, (model, loaded, _, _) => model.warm_start(loaded, new() { strict = true })),
        new("Fabric around Lightning around torch.compile", () => State(key => "_forward_module.model._orig_mod." + key), _load, (model, loaded, _, _) => model.warm_start(loaded, new() { strip_prefix = "model.", strict = true })),
        new("a prefix that the model alone has", () => State(), _load, (model, loaded, _, _) => model.warm_start(loaded, new() { add_prefix = "backbone.", strict = true })) { Model = () => Sequential(("backbone", Nets.Small())) },
        new("another prefix on each side", () => State(key => "net." + key), _load, (model, loaded, _, _) => model.warm_start(loaded, new() { strip_prefix = "net.", add_prefix = "backbone.", strict = true })) { Model = () => Sequential(("backbone", Nets.Small())) },
        new("an optimizer's state into a model", () => Optimizer(), _load, (_, loaded, optimizer, _) => optimizer.load_state_dict(loaded)) { IsLoaded = false },
        new("a scheduler's state into a model", () => Scheduler(), _load, (_, loaded, _, scheduler) => scheduler.load_state_dict(loaded)) { IsLoaded = false },
        new("an optimizer's state into a warm start", () => Optimizer(), _warm, (_, loaded, optimizer, _) => optimizer.load_state_dict(loaded)) { IsLoaded = false },
        new("a model's state into an optimizer", () => State(), _optimizer, (model, loaded, _, _) => model.load_state_dict(loaded)),
        new("a scheduler's state into an optimizer", () => Scheduler(), _optimizer, (_, loaded, _, scheduler) => scheduler.load_state_dict(loaded)) { IsLoaded = false },
        new("a checkpoint into an optimizer", () => Run("model", State()), _optimizer, (_, loaded, optimizer, _) => optimizer.load_state_dict(loaded["optimizer"])) { IsLoaded = false },
        new("an optimizer's state into a scheduler", () => Optimizer(), _scheduler, (_, loaded, optimizer, _) => optimizer.load_state_dict(loaded)) { IsLoaded = false },
        new("a model's state into a scheduler", () => State(), _scheduler, (model, loaded, _, _) => model.load_state_dict(loaded)),
        new("a checkpoint into a scheduler", () => Run("model", State()), _scheduler, (_, loaded, _, scheduler) => scheduler.load_state_dict(loaded["scheduler"])) { IsLoaded = false },
        new("a name with a letter too few", () => State(key => key.Replace("first", "frst", StringComparison.Ordinal)), _load,
            (model, loaded, _, _) => model.warm_start(loaded, new() { rename = [("^frst\\.weight$", "first.weight"), ("^frst\\.bias$", "first.bias")] })),
        new("an entry that is no tensor", () => WithNumber(), _load, (model, loaded, _, _) => model.load_state_dict(loaded, strict: false)),
        new("weight_norm", () => WeightNorm(""), _load, (model, loaded, _, _) => model.load_state_dict(loaded, fold_weights: true)),
        new("weight_norm in a warm start", () => WeightNorm(""), (model, loaded, _, _) => model.warm_start(loaded, new() { strict = true }), (model, loaded, _, _) => model.load_state_dict(loaded, fold_weights: true)),
        new("weight_norm behind a prefix", () => WeightNorm("net."), _load, (model, loaded, _, _) => model.warm_start(loaded, new() { strip_prefix = "net.", fold_weights = true, strict = true })),
        new("weight_norm in a checkpoint", () => Run("generator", WeightNorm("")), _load, (model, loaded, _, _) => model.load_state_dict(loaded["generator"], fold_weights: true)),
        new("weight_norm, parametrized", () => Parts("parametrizations.weight.original1", [4, 3], "parametrizations.weight.original0", [4, 1]), _load, (model, loaded, _, _) => model.load_state_dict(loaded, fold_weights: true)) { IsLoaded = false },
        new("spectral_norm", () => Parts("weight_orig", [4, 3], "weight_u", [4], "weight_v", [3]), _load, (model, loaded, _, _) => model.load_state_dict(loaded, fold_weights: true)) { IsLoaded = false },
        new("spectral_norm, parametrized", () => Parts("parametrizations.weight.original", [4, 3], "parametrizations.weight.0._u", [4], "parametrizations.weight.0._v", [3]), _load, (model, loaded, _, _) => model.load_state_dict(loaded, fold_weights: true)) { IsLoaded = false },
        new("pruning", () => Parts("weight_orig", [4, 3], "weight_mask", [4, 3]), _load, (model, loaded, _, _) => model.load_state_dict(loaded, fold_weights: true)) { IsLoaded = false },
        new("a parametrization of one's own", () => Parts("parametrizations.weight.original", [4, 3], "parametrizations.weight.0.base", [3]), _load),
        new("a tensor of a TPU", () => On("xla:1"), _tensor),
        new("a tensor of MTIA", () => On("mtia:0"), _tensor),
        new("a tensor of a Gaudi accelerator", () => On("hpu"), _tensor),
        new("a tensor of an Ascend accelerator", () => On("npu:0"), _tensor),
        new("a tensor of a device of one's own", () => On("mychip:2"), _tensor),
        new("20,000 names of another model", () => Many(), _load),
        new("names of another model in a checkpoint", () => Run("model", State(key => $"x{key.Length}.y")), _load),
    ];

    private static StateDict State(Func<string, string>? rename = null)
    {
        var state = new StateDict();
        foreach (var (key, tensor) in Small().state_dict(keep_vars: false))
        {
            state[rename?.Invoke(key) ?? key] = tensor;
        }

        return state;
    }

    private static global::TorchSharp.Modules.Sequential Small()
    {
        var model = Nets.Small();
        using var noGradients = no_grad();
        _ = model.parameters().First().fill_(7);
        return model;
    }

    private static StateDict With(StateDict state, string name)
    {
        state[name] = ones(1);
        return state;
    }

    private static Dictionary<string, object> Run(string key, object model) =>
        new() { ["epoch"] = 3L, [key] = model, ["optimizer"] = Optimizer(), ["scheduler"] = Scheduler() };

    private static object Optimizer() => MistakeTests.OptimizerOf(Nets.Small()).state_dict();

    private static PyDict Scheduler() => MistakeTests.SchedulerOf(MistakeTests.OptimizerOf(Nets.Small())).state_dict();

    private static Dictionary<string, object> WithNumber()
    {
        var entries = State().ToDictionary(entry => entry.Key, entry => (object)entry.Value, StringComparer.Ordinal);
        entries["height"] = 3L;
        return entries;
    }

    private static StateDict WeightNorm(string prefix)
    {
        var state = State(key => prefix + key);
        var weight = state[$"{prefix}first.weight"];
        state.Remove($"{prefix}first.weight");
        state[$"{prefix}first.weight_g"] = weight.norm(1, keepdim: true);
        state[$"{prefix}first.weight_v"] = weight;
        return state;
    }

    // What the first layer has in place of its weight; the values are none of the test's.
    private static StateDict Parts(params object[] parts)
    {
        var state = State();
        state.Remove("first.weight");
        for (var i = 0; i < parts.Length; i += 2)
        {
            state[$"first.{parts[i]}"] = ones(((int[])parts[i + 1]).Select(size => (long)size).ToArray());
        }

        return state;
    }

    private static PyDict On(string tag) =>
        new() { ["w"] = new PyTensor(new(new TensorStorage(TensorStorage.FromArray(new float[] { 1, 2 }).Bytes, tag), ElementType.Float32, [2])) };

    private static StateDict Many()
    {
        var state = new StateDict();
        for (var i = 0; i < 20_000; i++)
        {
            state[$"blocks.{i}.scale"] = ones(1);
        }

        return state;
    }
}
