using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Torchkeep.Interop.Tests.Optim;

/// <summary>A model, its optimizer and its loss, the same bits as in optim.py.</summary>
internal sealed class Training
{
    private readonly Linear _first = Linear(3, 4);
    private readonly Linear _last = Linear(4, 2);
    private readonly Tensor _inputs = (((arange(30) * 3) % 8) - 4).reshape(10, 3).to(float32) / 8;
    private readonly Tensor _targets = (((arange(20) * 5) % 7) - 3).reshape(10, 2).to(float32) / 4;

    internal Training(Func<Parameter[], Parameter[], OptimizerHelper> build)
    {
        Model = Sequential(("0", _first), ("1", Tanh()), ("2", _last));
        using var noGradients = no_grad();
        foreach (var (parameter, i) in Model.parameters().Select((parameter, i) => (parameter, i)))
        {
            parameter.copy_(((((arange(parameter.numel()) * 5) + i) % 11) - 5).reshape(parameter.shape).to(float32) / 16);
        }

        _last.bias!.requires_grad = false;
        Optimizer = build([.. _first.parameters()], [.. _last.parameters()]);
    }

    internal Sequential Model { get; }

    internal OptimizerHelper Optimizer { get; }

    internal string[] Weights => Modules.Bits.Of(Model);

    internal Training Step(int count)
    {
        for (var i = 0; i < count; i++)
        {
            using var scope = NewDisposeScope();
            var isUphill = Optimizer.state_dict().Options[0] is SGD.Options { maximize: true } or Adam.Options { maximize: true } or AdamW.Options { maximize: true }
                or Adadelta.Options { maximize: true } or RMSProp.Options { maximize: true } or Rprop.Options { maximize: true } or ASGD.Options { maximize: true };
            Optimizer.zero_grad();
            ((Model.call(_inputs) - _targets).pow(2).mean() * (isUphill ? -1 : 1)).backward();
            Optimizer.step();
        }

        return this;
    }

    internal void Save(string path) => torch.save(
        new Dictionary<string, object> { ["model"] = Model.state_dict(keep_vars: false), ["optimizer"] = Optimizer.state_dict() },
        path);

    internal Training Load(string path)
    {
        using var loaded = torch.load(path, weights_only: true);
        Model.load_state_dict(loaded["model"]);
        Optimizer.load_state_dict(loaded["optimizer"]);
        return this;
    }

    /// <summary>The largest difference from the weights of a file, relative to those above 1.</summary>
    internal double DistanceTo(string path)
    {
        using var scope = NewDisposeScope();
        using var loaded = torch.load(path, weights_only: true);
        var expected = loaded.state_dict();
        return Model.state_dict(keep_vars: false)
            .Max(entry => ((entry.Value - expected[entry.Key]).abs() / expected[entry.Key].abs().clamp(min: 1)).max().ToDouble());
    }
}
