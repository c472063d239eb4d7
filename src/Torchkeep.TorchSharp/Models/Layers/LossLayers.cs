using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Torchkeep;

/// <summary>torch/nn/modules/loss.py. Weights are buffers there and settings here.</summary>
internal static class LossLayers
{
    private static readonly string[] _weight = ["weight"];

    // functional.pairwise_distance, by the name under which Python finds the native function.
    private static readonly PyGlobal[] _pairwiseDistance = [new("torch", "pairwise_distance"), new("torch.nn.functional", "pairwise_distance")];

    internal static readonly Layer[] Rows =
    [
        Layer.Of<BCELoss>("loss.BCELoss", _weight, s => new BCELoss(s.Buffer("weight"), s.Reduction()), (m, a) => WriteWeighted(a, m.weight, m.reduction)),
        Layer.Of<BCEWithLogitsLoss>(
            "loss.BCEWithLogitsLoss",
            ["weight", "pos_weight"],
            s => new BCEWithLogitsLoss(s.Buffer("weight"), s.Reduction(), s.Buffer("pos_weight")),
            (m, a) =>
            {
                WriteWeighted(a, m.weight, m.reduction);
                a.Buffers["pos_weight"] = m.pos_weights;
            }),
        Layer.Of<CosineEmbeddingLoss>("loss.CosineEmbeddingLoss", s => new CosineEmbeddingLoss(s.Double("margin"), s.Reduction()), (m, a) => Write(a, m.reduction, ("margin", m.margin))),
        Layer.Of<CrossEntropyLoss>(
            "loss.CrossEntropyLoss",
            _weight,
            s => new CrossEntropyLoss(s.Buffer("weight"), s.Int("ignore_index", -100), s.Reduction(), s.Double("label_smoothing", 0)),
            (m, a) =>
            {
                WriteWeighted(a, m.weight, m.reduction);
                a["ignore_index"] = m.ignore_index ?? -100;
                a["label_smoothing"] = m.label_smoothing;
            }),
        Layer.Of<CTCLoss>(
            "loss.CTCLoss",
            s => new CTCLoss(s.Int("blank"), s.Bool("zero_infinity", false), s.Reduction()),
            (m, a) => Write(a, m.reduction, ("blank", m.blank), ("zero_infinity", m.zero_infinity))),
        Layer.Of<GaussianNllLayer>(
            "loss.GaussianNLLLoss",
            s => new GaussianNllLayer(s.Bool("full"), s.Double("eps"), s.Reduction()),
            (m, a) => Write(a, m.Reduction, ("full", m.Full), ("eps", m.Eps))),
        Layer.Written<GaussianNLLLoss>(
            "loss.GaussianNLLLoss",
            (m, a) => Write(a, m.reduction, ("full", m.full), ("eps", Shortest(m.eps)))),
        Layer.Of<HingeEmbeddingLoss>("loss.HingeEmbeddingLoss", s => new HingeEmbeddingLoss(s.Double("margin"), s.Reduction()), (m, a) => Write(a, m.reduction, ("margin", m.margin))),
        Layer.Of<HuberLoss>("loss.HuberLoss", s => new HuberLoss(s.Double("delta"), s.Reduction()), (m, a) => Write(a, m.reduction, ("delta", m.delta))),
        Layer.Of<KLDivLoss>("loss.KLDivLoss", s => new KLDivLoss(s.Bool("log_target", false), s.Reduction()), (m, a) => Write(a, m.reduction, ("log_target", m.log_target))),
        Layer.Of<L1Loss>("loss.L1Loss", s => new L1Loss(s.Reduction()), (m, a) => Write(a, m.reduction)),
        Layer.Of<MarginRankingLoss>("loss.MarginRankingLoss", s => new MarginRankingLoss(s.Double("margin"), s.Reduction()), (m, a) => Write(a, m.reduction, ("margin", m.margin))),
        Layer.Of<MSELoss>("loss.MSELoss", s => new MSELoss(s.Reduction()), (m, a) => Write(a, m.reduction)),
        Layer.Of<MultiLabelMarginLoss>("loss.MultiLabelMarginLoss", s => new MultiLabelMarginLoss(s.Reduction()), (m, a) => Write(a, m.reduction)),
        Layer.Of<MultiLabelSoftMarginLoss>(
            "loss.MultiLabelSoftMarginLoss", _weight, s => new MultiLabelSoftMarginLoss(s.Buffer("weight"), s.Reduction()), (m, a) => WriteWeighted(a, m.weight, m.reduction)),
        Layer.Of<MultiMarginLoss>(
            "loss.MultiMarginLoss",
            _weight,
            s => new MultiMarginLoss((int)s.Int("p"), s.Double("margin"), s.Buffer("weight"), s.Reduction()),
            (m, a) =>
            {
                WriteWeighted(a, m.weight, m.reduction);
                a["p"] = m.p;
                a["margin"] = m.margin;
            }),
        Layer.Of<NLLLoss>("loss.NLLLoss", _weight, NegativeLogLikelihood, (m, a) =>
        {
            WriteWeighted(a, m.weight, m.reduction);
            a["ignore_index"] = -100;
        }),
        Layer.Of<PoissonNLLLoss>(
            "loss.PoissonNLLLoss",
            Poisson,
            (m, a) => Write(a, m.reduction, ("log_input", m.log_input), ("full", m.full), ("eps", Shortest(m.eps)))),
        Layer.Of<SmoothL1Loss>("loss.SmoothL1Loss", s => new SmoothL1Loss(s.Reduction(), s.Double("beta", 1)), (m, a) => Write(a, m.reduction, ("beta", m.beta))),
        Layer.Of<SoftMarginLoss>("loss.SoftMarginLoss", s => new SoftMarginLoss(s.Reduction()), (m, a) => Write(a, m.reduction)),
        Layer.Of<TripletMarginLoss>(
            "loss.TripletMarginLoss",
            s => new TripletMarginLoss(s.Hide("margin", s.Double("margin")), s.Int("p"), s.Hide("eps", s.Double("eps")), s.Hide("swap", s.Bool("swap")), s.Reduction()),
            (m, a) => Write(a, m.reduction, ("margin", m.margin), ("p", (double)m.p), ("eps", a.Hidden("eps")), ("swap", a.Hidden("swap")))),
        Layer.Of<TripletMarginWithDistanceLoss>(
            "loss.TripletMarginWithDistanceLoss",
            whole: true,
            s => new TripletMarginWithDistanceLoss(null, s.Double("margin"), s.Hide("swap", s.Bool("swap")), Distance(s)),
            (m, a) =>
            {
                if (a.Hidden("distance_function").AsString() != "pairwise_distance")
                {
                    throw new NotSupportedException("a TripletMarginWithDistanceLoss is written only where its distance_function is \"pairwise_distance\"");
                }

                Write(a, m.reduction, ("distance_function", _pairwiseDistance[0]), ("margin", m.margin), ("swap", a.Hidden("swap")));
            }),
    ];

    // TorchSharp's default function is what PyTorch's PairwiseDistance() is, of which nothing was set.
    private static nn.Reduction Distance(LayerSettings s)
    {
        s.Hide("distance_function", "pairwise_distance");
        var found = s.Saved.Record.Settings.GetValueOrDefault("distance_function");
        s.Accept("distance_function");
        if (found is not null && !IsPairwiseDistance(found))
        {
            throw s.Lacking("distance_function", found);
        }

        if (found is null)
        {
            var distance = s.Child("distance_function", "distance.PairwiseDistance");
            distance.Only("norm", 2.0);
            distance.Only("eps", 1e-6);
            distance.Only("keepdim", false);
        }

        return s.Reduction();
    }

    // A native function is pickled as an attribute of its class.
    private static bool IsPairwiseDistance(PyValue function) => function switch
    {
        PyObject { Callable: PyGlobal { Name: "getattr" }, Arguments.Items: [PyGlobal { Module: "torch._C" }, PyString { Value: "pairwise_distance" }] } => true,
        _ => _pairwiseDistance.Any(function.Equals),
    };

    private static PoissonNLLLoss Poisson(LayerSettings s)
    {
        // TorchSharp 0.107 does not add it to the input.
        var logInput = s.Bool("log_input");
        if (!logInput)
        {
            s.Only("eps", 1e-8);
        }

        return new(logInput, s.Bool("full"), (float)s.Double("eps", 1e-8), s.Reduction());
    }

    private static NLLLoss NegativeLogLikelihood(LayerSettings s)
    {
        s.Only("ignore_index", -100);
        return new(s.Buffer("weight"), s.Reduction());
    }

    // TorchSharp holds as a float what was a double: 1e-8 is to be 1e-8 again.
    private static double Shortest(float number) => double.Parse(number.ToString(System.Globalization.CultureInfo.InvariantCulture), System.Globalization.CultureInfo.InvariantCulture);

    private static void Write(LayerAttributes a, nn.Reduction reduction, params ReadOnlySpan<(string Name, PyValue Value)> settings)
    {
        a["reduction"] = LayerAttributes.Text(reduction);
        foreach (var (name, value) in settings)
        {
            a[name] = value;
        }
    }

    private static void WriteWeighted(LayerAttributes a, Tensor? weight, nn.Reduction reduction)
    {
        a["reduction"] = LayerAttributes.Text(reduction);
        a.Buffers["weight"] = weight;
    }
}
