using TorchSharp.Modules;
using static Torchkeep.OptionRow;
using static Torchkeep.StateRow;

namespace Torchkeep;

/// <summary>
/// The optimizers of TorchSharp 0.107, in the keys, order and defaults of PyTorch 2.14 (torch/optim, the constructors and
/// <c>_init_group</c> of each).
/// </summary>
internal static class OptimizerTable
{
    private static readonly PyTuple _betas = new(0.9, 0.999);

    private static readonly OptimizerRow[] _rows =
    [
        new(
            "SGD",
            () => new SGD.Options(),
            [
                LearningRate(0.001),
                Number<SGD.Options>("momentum", 0, options => ref options.momentum),
                Number<SGD.Options>("dampening", 0, options => ref options.dampening),
                Number<SGD.Options>("weight_decay", 0, options => ref options.weight_decay),
                Flag<SGD.Options>("nesterov", options => ref options.nesterov) with { MayLackBefore112 = true },
                Flag<SGD.Options>("maximize", options => ref options.maximize) with { MayLack = true },
                Foreach, Differentiable, Fused,
            ],
            [
                // TorchSharp goes uphill by the sign of its step, PyTorch by that of the gradient, which is in the buffer.
                OfTensor<SGD.State>("momentum_buffer", state => ref state.momentum_buffer!) with
                {
                    IsNeeded = _ => false, IsNegated = options => ((SGD.Options)options).maximize is true,
                },
            ])
        {
            Problem = options => options is SGD.Options { maximize: true, weight_decay: not (0 or null) }
                ? "maximize with weight_decay: TorchSharp lets the weights grow by it, where PyTorch lets them shrink"
                : null,
        },
        new(
            "Adam",
            () => new Adam.Options(),
            [
                LearningRate(0.001),
                Pair<Adam.Options>("betas", _betas, options => ref options.beta1, options => ref options.beta2),
                Number<Adam.Options>("eps", 1e-8, options => ref options.eps),
                Number<Adam.Options>("weight_decay", 0, options => ref options.weight_decay),
                Flag<Adam.Options>("amsgrad", options => ref options.amsgrad) with { MayLackBefore112 = true },
                Flag<Adam.Options>("maximize", options => ref options.maximize) with { MayLack = true },
                Foreach, Capturable, Differentiable, Fused, Only("decoupled_weight_decay", false),
            ],
            [
                OfStep<Adam.State>(state => ref state.step),
                OfTensor<Adam.State>("exp_avg", state => ref state.exp_avg!),
                OfTensor<Adam.State>("exp_avg_sq", state => ref state.exp_avg_sq!),
                OfTensor<Adam.State>("max_exp_avg_sq", state => ref state.max_exp_avg_sq!) with { IsNeeded = options => ((Adam.Options)options).amsgrad is true },
            ]),
        new(
            "AdamW",
            () => new AdamW.Options(),
            [
                LearningRate(0.001),
                Pair<AdamW.Options>("betas", _betas, options => ref options.beta1, options => ref options.beta2),
                Number<AdamW.Options>("eps", 1e-8, options => ref options.eps),
                Number<AdamW.Options>("weight_decay", 0.01, options => ref options.weight_decay),
                Flag<AdamW.Options>("amsgrad", options => ref options.amsgrad) with { MayLackBefore112 = true },
                Flag<AdamW.Options>("maximize", options => ref options.maximize) with { MayLack = true },
                Foreach, Capturable, Differentiable, Fused, Only("decoupled_weight_decay", true),
            ],
            [
                OfStep<AdamW.State>(state => ref state.step),
                OfTensor<AdamW.State>("exp_avg", state => ref state.exp_avg!),
                OfTensor<AdamW.State>("exp_avg_sq", state => ref state.exp_avg_sq!),
                OfTensor<AdamW.State>("max_exp_avg_sq", state => ref state.max_exp_avg_sq!) with { IsNeeded = options => ((AdamW.Options)options).amsgrad is true },
            ]),
        new(
            "Adamax",
            () => new Adamax.Options(),
            [
                LearningRate(0.002),
                Pair<Adamax.Options>("betas", _betas, options => ref options.beta1, options => ref options.beta2),
                Number<Adamax.Options>("eps", 1e-8, options => ref options.eps),
                Number<Adamax.Options>("weight_decay", 0, options => ref options.weight_decay),
                Foreach, Only("maximize", false), Differentiable, Capturable,
            ],
            [
                OfStep<Adamax.State>(state => ref state.step),
                OfTensor<Adamax.State>("exp_avg", state => ref state.exp_avg!),
                OfTensor<Adamax.State>("exp_inf", state => ref state.exp_inf!),
            ]),
        new(
            "NAdam",
            () => new NAdam.Options(),
            [
                LearningRate(0.002),
                Pair<NAdam.Options>("betas", _betas, options => ref options.beta1, options => ref options.beta2),
                Number<NAdam.Options>("eps", 1e-8, options => ref options.eps),
                Number<NAdam.Options>("weight_decay", 0, options => ref options.weight_decay),
                Number<NAdam.Options>("momentum_decay", 0.004, options => ref options.momentum_decay),
                Only("decoupled_weight_decay", false), Only("maximize", false), Foreach, Capturable, Differentiable,
            ],
            [
                OfStep<NAdam.State>(state => ref state.step),
                OfNumber<NAdam.State>("mu_product", state => ref state.mu_product),
                OfTensor<NAdam.State>("exp_avg", state => ref state.exp_avg!),
                OfTensor<NAdam.State>("exp_avg_sq", state => ref state.exp_avg_sq!),
            ]),
        new(
            "RAdam",
            () => new RAdam.Options(),
            [
                LearningRate(0.001),
                Pair<RAdam.Options>("betas", _betas, options => ref options.beta1, options => ref options.beta2),
                Number<RAdam.Options>("eps", 1e-8, options => ref options.eps),
                Number<RAdam.Options>("weight_decay", 0, options => ref options.weight_decay),
                Only("maximize", false), Foreach, Capturable, Only("decoupled_weight_decay", false), Differentiable,
            ],
            [
                OfStep<RAdam.State>(state => ref state.step),
                OfTensor<RAdam.State>("exp_avg", state => ref state.exp_avg!),
                OfTensor<RAdam.State>("exp_avg_sq", state => ref state.exp_avg_sq!),
            ]),
        new(
            "RMSprop",
            () => new RMSProp.Options(),
            [
                LearningRate(0.01),
                Number<RMSProp.Options>("momentum", 0, options => ref options.momentum) with { MayLackBefore112 = true },
                Number<RMSProp.Options>("alpha", 0.99, options => ref options.alpha),
                Number<RMSProp.Options>("eps", 1e-8, options => ref options.eps),
                Flag<RMSProp.Options>("centered", options => ref options.centered) with { MayLackBefore112 = true },
                Number<RMSProp.Options>("weight_decay", 0, options => ref options.weight_decay),
                Capturable, Foreach,
                Flag<RMSProp.Options>("maximize", options => ref options.maximize) with { MayLack = true },
                Differentiable,
            ],
            [
                OfStep<RMSProp.State>(state => ref state.step),
                OfTensor<RMSProp.State>("square_avg", state => ref state.square_avg!),
                OfTensor<RMSProp.State>("momentum_buffer", state => ref state.momentum_buffer!) with
                {
                    IsNeeded = options => ((RMSProp.Options)options).momentum > 0, IsAlwaysThere = true,
                },
                OfTensor<RMSProp.State>("grad_avg", state => ref state.grad_avg!) with
                {
                    IsNeeded = options => ((RMSProp.Options)options).centered is true, IsAlwaysThere = true,
                },
            ]),
        new(
            "Rprop",
            () => new Rprop.Options(),
            [
                LearningRate(0.01),
                Pair<Rprop.Options>("etas", new(0.5, 1.2), options => ref options.etaminus, options => ref options.etaplus),
                Pair<Rprop.Options>("step_sizes", new(1e-6, 50), options => ref options.min_step, options => ref options.max_step),
                Foreach,
                Flag<Rprop.Options>("maximize", options => ref options.maximize) with { MayLack = true },
                Differentiable, Capturable,
            ],
            [
                OfStep<Rprop.State>(state => ref state.step),
                OfTensor<Rprop.State>("prev", state => ref state.prev!),
                OfTensor<Rprop.State>("step_size", state => ref state.step_size!),
            ]),
        new(
            "Adagrad",
            () => new Adagrad.Options(),
            [
                LearningRate(0.01),
                Number<Adagrad.Options>("lr_decay", 0, options => ref options.lr_decay),
                Number<Adagrad.Options>("eps", 1e-10, options => ref options.eps),
                Number<Adagrad.Options>("weight_decay", 0, options => ref options.weight_decay),
                Number<Adagrad.Options>("initial_accumulator_value", 0, options => ref options.initial_accumulator_value),
                Foreach, Only("maximize", false), Differentiable, Fused,
            ],
            [
                OfStep<Adagrad.State>(state => ref state.step),
                OfTensor<Adagrad.State>("sum", state => ref state.sum!),
            ])
        {
            HasStateFromTheStart = true,
        },
        new(
            "Adadelta",
            () => new Adadelta.Options(),
            [
                LearningRate(1.0),
                Number<Adadelta.Options>("rho", 0.9, options => ref options.rho),
                Number<Adadelta.Options>("eps", 1e-6, options => ref options.eps),
                Number<Adadelta.Options>("weight_decay", 0, options => ref options.weight_decay),
                Flag<Adadelta.Options>("maximize", options => ref options.maximize) with { MayLack = true },
                Capturable, Foreach, Differentiable,
            ],
            [
                OfStep<Adadelta.State>(state => ref state.step),
                OfTensor<Adadelta.State>("square_avg", state => ref state.square_avg!),
                OfTensor<Adadelta.State>("acc_delta", state => ref state.acc_delta!),
            ]),
        new(
            "ASGD",
            () => new ASGD.Options(),
            [
                LearningRate(0.01),
                Number<ASGD.Options>("lambd", 1e-4, options => ref options.lambd),
                Number<ASGD.Options>("alpha", 0.75, options => ref options.alpha),
                Number<ASGD.Options>("t0", 1e6, options => ref options.t0),
                Number<ASGD.Options>("weight_decay", 0, options => ref options.weight_decay),
                Foreach,
                Flag<ASGD.Options>("maximize", options => ref options.maximize) with { MayLack = true },
                Differentiable, Capturable,
            ],
            [
                OfStep<ASGD.State>(state => ref state.step),
                OfNumber<ASGD.State>("eta", state => ref state.eta),
                OfNumber<ASGD.State>("mu", state => ref state.mu),
                OfTensor<ASGD.State>("ax", state => ref state.ax!),
            ]),
    ];

    /// <summary>A key that only this optimizer's groups have, for those that TorchSharp has not got or keeps to itself.</summary>
    private static readonly (string Key, string Name)[] _foreign =
        [("beta2_decay", "Adafactor"), ("ns_coefficients", "Muon"), ("tolerance_grad", "LBFGS")];

    internal static IReadOnlyList<OptimizerRow> Rows => _rows;

    private static OptionRow Foreach => Implementation("foreach", PyNone.Value);

    private static OptionRow Capturable => Implementation("capturable", false);

    private static OptionRow Fused => Implementation("fused", PyNone.Value);

    private static OptionRow Differentiable => Only("differentiable", false);

    /// <exception cref="NotSupportedException">The options are of a class of its own.</exception>
    internal static OptimizerRow Of(OptimizerOptions options) =>
        Array.Find(_rows, row => row.OptionsType.IsInstanceOfType(options))
        ?? throw new NotSupportedException(
            $"PyTorch has no optimizer whose options are {options.GetType()}; those of {string.Join(", ", _rows.Select(row => row.Name))} can be saved and loaded");

    /// <summary>Whether one of the optimizers keeps such an entry for a parameter.</summary>
    internal static bool HasState(string key) => Array.Exists(_rows, row => row.State.Any(state => state.Key == key));

    /// <summary>Whose group it is, as far as its keys tell: one of ours, or one that TorchSharp has not got; else null.</summary>
    internal static string? NameOf(IReadOnlyCollection<string> keys) =>
        Array.Find(_foreign, row => keys.Contains(row.Key)).Name
        ?? Array.Find(_rows, row => !Missing(row, keys).Any() && !keys.Any(key => IsForeign(row, key)))?.Name
        ?? (keys.Contains("betas") && !keys.Contains("weight_decay") ? "SparseAdam" : null);

    /// <summary>The keys that a group of this optimizer has in all versions of PyTorch from that of the file on.</summary>
    internal static IEnumerable<string> Missing(OptimizerRow row, IReadOnlyCollection<string> keys) =>
        row.Options.Where(option => !option.MayLack && !keys.Contains(option.Key) && !(option.MayLackBefore112 && !keys.Contains("foreach"))).Select(option => option.Key);

    /// <summary>Whether a group of this optimizer never has the key, and one of another has.</summary>
    internal static bool IsForeign(OptimizerRow row, string key) =>
        !row.Options.Any(option => option.Key == key)
        && (_rows.Any(other => other.Options.Any(option => option.Key == key)) || _foreign.Any(other => other.Key == key));

    private static OptionRow LearningRate(double @default) => new(
        "lr",
        @default,
        options => Number(options.LearningRate, @default),
        (options, value) => options.LearningRate = PyNumber.Of(value));
}
