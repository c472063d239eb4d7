using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using static TorchSharp.torch.optim;

namespace Torchkeep.Interop.Tests.Optim;

/// <summary>
/// A run as they are: with a scheduler, Dropout, and batches of shuffled data. What the next step depends on is more than the
/// weights and the optimizer.
/// </summary>
internal sealed class ShuffledTraining
{
    private const int Samples = 20;
    private const int BatchSize = 4;

    private readonly Linear _first = Linear(3, 4);
    private readonly Linear _last = Linear(4, 2);
    private readonly Sequential _model;
    private readonly OptimizerHelper _optimizer;
    private readonly lr_scheduler.LRScheduler _scheduler;
    private readonly Tensor _inputs;
    private readonly Tensor _targets;
    private Tensor _order;
    private int _step;

    internal ShuffledTraining(Func<Parameter[], Parameter[], OptimizerHelper> build, Func<Optimizer, lr_scheduler.LRScheduler> schedule, int seed)
    {
        random.manual_seed(3);
        _inputs = randn(Samples, 3);
        _targets = randn(Samples, 2);
        random.manual_seed(seed);
        init.uniform_(_first.weight);
        init.uniform_(_last.weight);
        _model = Sequential(("first", _first), ("tanh", Tanh()), ("dropout", Dropout(0.25)), ("last", _last));
        _optimizer = build([.. _first.parameters()], [.. _last.parameters()]);
        _scheduler = schedule(_optimizer);
        _order = randperm(Samples);
    }

    /// <summary>The weights' bits and the learning rates.</summary>
    internal string[] State => [.. Modules.Bits.Of(_model), .. _optimizer.ParamGroups.Select(group => $"{group.LearningRate:R}")];

    internal ShuffledTraining Step(int count)
    {
        for (var i = 0; i < count; i++, _step++)
        {
            using var scope = NewDisposeScope();
            var start = _step * BatchSize % Samples;
            if (start == 0)
            {
                _order = randperm(Samples).DetachFromDisposeScope();
            }

            var batch = _order[start..(start + BatchSize)];
            _optimizer.zero_grad();
            var loss = (_model.call(_inputs[batch]) - _targets[batch]).pow(2).mean();
            loss.backward();
            _optimizer.step();
            if (_scheduler is lr_scheduler.impl.ReduceLROnPlateau)
            {
                _scheduler.step(loss.ToDouble());
            }
            else
            {
                _scheduler.step();
            }
        }

        return this;
    }

    internal ShuffledTraining Save(string path)
    {
        torch.save(
            new Dictionary<string, object>
            {
                ["model"] = _model.state_dict(keep_vars: false),
                ["optimizer"] = _optimizer.state_dict(),
                ["scheduler"] = _scheduler.state_dict(),
                ["step"] = _step,
                ["order"] = _order,
                ["rng"] = torch.get_rng_state(),
            },
            path);
        return this;
    }

    internal ShuffledTraining Load(string path)
    {
        using var loaded = torch.load(path, weights_only: true);
        _model.load_state_dict(loaded["model"]);
        _optimizer.load_state_dict(loaded["optimizer"]);
        _scheduler.load_state_dict(loaded["scheduler"]);
        _step = (int)loaded["step"];
        _order = loaded["order"].tensor();
        torch.set_rng_state(loaded["rng"].tensor());
        return this;
    }
}
