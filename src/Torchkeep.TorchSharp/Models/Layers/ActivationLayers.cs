using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Torchkeep;

/// <summary>torch/nn/modules/activation.py, without attention.</summary>
internal static class ActivationLayers
{
    internal static readonly Layer[] Rows =
    [
        Layer.Of<PReLU>(
            "activation.PReLU",
            s =>
            {
                var count = s.Int("num_parameters");
                s.Expect("weight", count);
                return nn.PReLU(count, s.Double("init", 0.25));
            },
            (m, a) =>
            {
                a["num_parameters"] = m.num_parameters;
                a["init"] = m.init;
                a.Name("weight");
            }),
        Layer.Of<CELU>("activation.CELU", s => nn.CELU(s.Double("alpha"), Inplace(s)), (m, a) => Write(a, m.inplace, ("alpha", m.alpha))),
        Layer.Of<ELU>("activation.ELU", s => nn.ELU(s.Double("alpha"), Inplace(s)), (m, a) => Write(a, m.inplace, ("alpha", m.alpha))),
        Layer.Of<GELU>(
            "activation.GELU",
            s => s.Text("approximate", "none") switch
            {
                "none" => nn.GELU(),
                "tanh" => nn.GELU(GELU.Approximate.tanh),
                var other => throw s.Lacking("approximate", other),
            },
            (m, a) => a["approximate"] = m.approximate == GELU.Approximate.tanh ? "tanh" : "none"),
        Layer.Of<GLU>("activation.GLU", s => nn.GLU(s.Int("dim")), (m, a) => a["dim"] = m.dim),
        Layer.Of<Hardshrink>("activation.Hardshrink", s => nn.Hardshrink(s.Double("lambd")), (m, a) => a["lambd"] = m.lambda),
        Layer.Of<Hardsigmoid>("activation.Hardsigmoid", s => nn.Hardsigmoid(Inplace(s)), (m, a) => Write(a, m.inplace)),
        Layer.Of<Hardswish>("activation.Hardswish", s => nn.Hardswish(Inplace(s)), (m, a) => Write(a, m.inplace)),
        Layer.Of<HardtanhLayer>(
            "activation.Hardtanh",
            s => new HardtanhLayer(s.Double("min_val"), s.Double("max_val"), Inplace(s)),
            (m, a) => Write(a, m.Inplace, ("min_val", m.Min), ("max_val", m.Max))),
        Layer.Written<Hardtanh>(
            "activation.Hardtanh",
            (m, a) => Write(a, m.inplace, ("min_val", m.min_val), ("max_val", m.max_val))),
        Layer.Of<LeakyReLU>(
            "activation.LeakyReLU", s => nn.LeakyReLU(s.Double("negative_slope"), Inplace(s)), (m, a) => Write(a, m.inplace, ("negative_slope", m.negative_slope))),
        Layer.Of<LogSigmoid>("activation.LogSigmoid", _ => nn.LogSigmoid(), (_, _) => { }),
        Layer.Of<LogSoftmax>("activation.LogSoftmax", s => nn.LogSoftmax(s.Int("dim")), (m, a) => a["dim"] = m.dim),
        Layer.Of<Mish>("activation.Mish", s => nn.Mish(Inplace(s)), (m, a) => Write(a, m.inplace)),
        Layer.Of<ReLU>("activation.ReLU", s => Relu(s), (m, a) => Write(a, m.inplace)),
        Layer.Of<ReLU6>(
            "activation.ReLU6",
            s =>
            {
                s.Only("min_val", 0.0);
                s.Only("max_val", 6.0);
                return nn.ReLU6(Inplace(s));
            },
            (m, a) => Write(a, m.inplace, ("min_val", 0), ("max_val", 6))),
        Layer.Of<RReluLayer>(
            "activation.RReLU",
            s => new RReluLayer(s.Double("lower"), s.Double("upper"), Inplace(s)),
            (m, a) => Write(a, m.Inplace, ("lower", m.Lower), ("upper", m.Upper))),
        Layer.Written<RReLU>(
            "activation.RReLU",
            (m, a) => Write(a, m.inplace, ("lower", m.lower), ("upper", m.upper))),
        Layer.Of<SELU>("activation.SELU", s => nn.SELU(Inplace(s)), (m, a) => Write(a, m.inplace)),
        Layer.Of<SiLU>("activation.SiLU", s => nn.SiLU(Inplace(s)), (m, a) => Write(a, m.inplace)),
        Layer.Of<Sigmoid>("activation.Sigmoid", _ => nn.Sigmoid(), (_, _) => { }),
        Layer.Of<Softmax>("activation.Softmax", s => nn.Softmax(s.Int("dim")), (m, a) => a["dim"] = m.dim),
        Layer.Of<Softmax2d>("activation.Softmax2d", _ => nn.Softmax2d(), (_, _) => { }),
        Layer.Of<Softmin>("activation.Softmin", s => nn.Softmin(s.Int("dim")), (m, a) => a["dim"] = m.dim),
        Layer.Of<Softplus>(
            "activation.Softplus",
            s => nn.Softplus(s.Double("beta"), s.Double("threshold")),
            (m, a) =>
            {
                a["beta"] = m.beta;
                a["threshold"] = m.threshold;
            }),
        Layer.Of<Softshrink>("activation.Softshrink", s => nn.Softshrink(s.Double("lambd")), (m, a) => a["lambd"] = m.lambda),
        Layer.Of<Softsign>("activation.Softsign", _ => nn.Softsign(), (_, _) => { }),
        Layer.Of<Tanh>("activation.Tanh", _ => nn.Tanh(), (_, _) => { }),
        Layer.Of<Tanhshrink>("activation.Tanhshrink", _ => nn.Tanhshrink(), (_, _) => { }),
        Layer.Of<Threshold>(
            "activation.Threshold",
            s => nn.Threshold(s.Double("threshold"), s.Double("value"), Inplace(s)),
            (m, a) => Write(a, m.inplace, ("threshold", m.threshold), ("value", m.value))),
    ];

    // Once a Threshold at zero (torch/nn/modules/activation.py before 1.3).
    private static ReLU Relu(LayerSettings s)
    {
        s.Only("threshold", 0.0);
        s.Only("value", 0.0);
        return nn.ReLU(Inplace(s));
    }

    private static bool Inplace(LayerSettings s) => s.Bool("inplace", false);

    private static void Write(LayerAttributes a, bool inplace, params ReadOnlySpan<(string Name, double Value)> settings)
    {
        foreach (var (name, value) in settings)
        {
            a[name] = value;
        }

        a["inplace"] = inplace;
    }
}
