using TorchSharp.Modules;

namespace Torchkeep.Interop.Tests.Optim;

/// <summary>Every optimizer of TorchSharp that PyTorch's files can hold, with its options.</summary>
internal static class OptimizerCases
{
    private static readonly Dictionary<string, OptimizerCase> _cases = new OptimizerCase[]
    {
        new("SGD", "torch.optim.SGD(groups, lr=0.1)", 0.05, (a, b) => new SGD(Sgd(a, b, 0.05), 0.1), BareSgd),
        new(
            "SGD with momentum",
            "torch.optim.SGD(groups, lr=0.1, momentum=0.9, dampening=0.25, weight_decay=0.01)",
            0.05,
            (a, b) => new SGD(Sgd(a, b, 0.05), 0.1, momentum: 0.9, dampening: 0.25, weight_decay: 0.01),
            BareSgd),
        new(
            "SGD with nesterov",
            "torch.optim.SGD(groups, lr=0.1, momentum=0.9, nesterov=True)",
            0.05,
            (a, b) => new SGD(Sgd(a, b, 0.05), 0.1, momentum: 0.9, nesterov: true),
            BareSgd),
        new(
            "SGD uphill",
            "torch.optim.SGD(groups, lr=0.1, momentum=0.9, maximize=True)",
            0.05,
            (a, b) => new SGD(Sgd(a, b, 0.05), 0.1, momentum: 0.9, maximize: true),
            BareSgd),
        new("Adam", "torch.optim.Adam(groups)", 0.05, (a, b) => new Adam(OfAdam(a, b, 0.05)), BareAdam),
        new(
            "Adam with amsgrad",
            "torch.optim.Adam(groups, lr=0.01, betas=(0.8, 0.99), eps=1e-6, weight_decay=0.01, amsgrad=True, maximize=True)",
            0.05,
            (a, b) => new Adam(OfAdam(a, b, 0.05), 0.01, 0.8, 0.99, 1e-6, 0.01, amsgrad: true, maximize: true),
            BareAdam),
        new("AdamW", "torch.optim.AdamW(groups)", 0.05, (a, b) => new AdamW(OfAdamW(a, b, 0.05), weight_decay: 0.01), BareAdamW),
        new(
            "AdamW with amsgrad",
            "torch.optim.AdamW(groups, lr=0.01, betas=(0.8, 0.99), eps=1e-6, weight_decay=0.1, amsgrad=True, maximize=True)",
            0.05,
            (a, b) => new AdamW(OfAdamW(a, b, 0.05), 0.01, 0.8, 0.99, 1e-6, 0.1, amsgrad: true, maximize: true),
            BareAdamW),
        new(
            "Adamax",
            "torch.optim.Adamax(groups, lr=0.01, betas=(0.8, 0.99), weight_decay=0.01)",
            0.05,
            (a, b) => new Adamax(OfAdamax(a, b, 0.05), 0.01, 0.8, 0.99, weight_decay: 0.01),
            (a, b) => new Adamax(OfAdamax(a, b, 0.5))),
        new("NAdam", "torch.optim.NAdam(groups)", 0.05, (a, b) => new NAdam(OfNAdam(a, b, 0.05)), (a, b) => new NAdam(OfNAdam(a, b, 0.5), 0.3)),
        new(
            "NAdam with decay",
            "torch.optim.NAdam(groups, lr=0.01, betas=(0.8, 0.99), weight_decay=0.01, momentum_decay=0.1)",
            0.05,
            (a, b) => new NAdam(OfNAdam(a, b, 0.05), 0.01, 0.8, 0.99, weight_decay: 0.01, momentum_decay: 0.1),
            (a, b) => new NAdam(OfNAdam(a, b, 0.5))),
        new(
            "RAdam",
            "torch.optim.RAdam(groups, lr=0.01, betas=(0.8, 0.6), weight_decay=0.01)",
            0.05,
            (a, b) => new RAdam(OfRAdam(a, b, 0.05), 0.01, 0.8, 0.6, weight_decay: 0.01),
            (a, b) => new RAdam(OfRAdam(a, b, 0.5))),

        // Once its variance is known, TorchSharp's multiplies by the learning rate twice.
        new("RAdam rectified", "torch.optim.RAdam(groups)", 0.05, (a, b) => new RAdam(OfRAdam(a, b, 0.05), 0.001), (a, b) => new RAdam(OfRAdam(a, b, 0.5)), IsPyTorchs: false),
        new("RMSprop", "torch.optim.RMSprop(groups)", 0.005, (a, b) => new RMSProp(OfRMSProp(a, b, 0.005), 0.01), (a, b) => new RMSProp(OfRMSProp(a, b, 0.5))),
        new(
            "RMSprop with momentum",
            "torch.optim.RMSprop(groups, lr=0.001, alpha=0.9, eps=1e-6, weight_decay=0.01, momentum=0.9, centered=True)",
            0.005,
            (a, b) => new RMSProp(OfRMSProp(a, b, 0.005), 0.001, 0.9, 1e-6, 0.01, 0.9, centered: true),
            (a, b) => new RMSProp(OfRMSProp(a, b, 0.5))),
        new(
            "RMSprop uphill",
            "torch.optim.RMSprop(groups, lr=0.001, weight_decay=0.01, maximize=True)",
            0.005,
            (a, b) => new RMSProp(OfRMSProp(a, b, 0.005), 0.001, weight_decay: 0.01, maximize: true),
            (a, b) => new RMSProp(OfRMSProp(a, b, 0.5))),
        new("Rprop", "torch.optim.Rprop(groups)", 0.05, (a, b) => new Rprop(OfRprop(a, b, 0.05)), (a, b) => new Rprop(OfRprop(a, b, 0.5), 0.7)),
        new(
            "Rprop with etas",
            "torch.optim.Rprop(groups, lr=0.01, etas=(0.4, 1.3), step_sizes=(1e-5, 0.02))",
            0.05,
            (a, b) => new Rprop(OfRprop(a, b, 0.05), 0.01, 0.4, 1.3, 1e-5, 0.02),
            (a, b) => new Rprop(OfRprop(a, b, 0.5), maximize: true)),
        new("Rprop uphill", "torch.optim.Rprop(groups, maximize=True)", 0.05, (a, b) => new Rprop(OfRprop(a, b, 0.05), maximize: true), (a, b) => new Rprop(OfRprop(a, b, 0.5), 0.7)),
        new("Adagrad", "torch.optim.Adagrad(groups)", 0.05, (a, b) => new Adagrad(OfAdagrad(a, b, 0.05)), (a, b) => new Adagrad(OfAdagrad(a, b, 0.5), 0.7)),
        new(
            "Adagrad with decay",
            "torch.optim.Adagrad(groups, lr=0.1, lr_decay=0.1, weight_decay=0.01, initial_accumulator_value=0.5)",
            0.05,
            (a, b) => new Adagrad(OfAdagrad(a, b, 0.05), 0.1, 0.1, 0.01, 0.5),
            (a, b) => new Adagrad(OfAdagrad(a, b, 0.5))),
        new("Adadelta", "torch.optim.Adadelta(groups)", 0.5, (a, b) => new Adadelta(OfAdadelta(a, b, 0.5)), (a, b) => new Adadelta(OfAdadelta(a, b, 0.1), 0.7)),
        new(
            "Adadelta with decay",
            "torch.optim.Adadelta(groups, lr=0.5, rho=0.8, eps=1e-5, weight_decay=0.01, maximize=True)",
            0.25,
            (a, b) => new Adadelta(OfAdadelta(a, b, 0.25), 0.5, 0.8, 1e-5, 0.01, maximize: true),
            (a, b) => new Adadelta(OfAdadelta(a, b, 0.1))),
        new("ASGD", "torch.optim.ASGD(groups)", 0.05, (a, b) => new ASGD(OfASGD(a, b, 0.05)), (a, b) => new ASGD(OfASGD(a, b, 0.5), 0.7)),
        new(
            "ASGD averaging",
            "torch.optim.ASGD(groups, lr=0.1, lambd=0.01, alpha=0.5, t0=3.0, weight_decay=0.01)",
            0.05,
            (a, b) => new ASGD(OfASGD(a, b, 0.05), 0.1, 0.01, 0.5, 3, 0.01),
            (a, b) => new ASGD(OfASGD(a, b, 0.5))),
        new(
            "ASGD uphill",
            "torch.optim.ASGD(groups, weight_decay=0.01, maximize=True)",
            0.05,
            (a, b) => new ASGD(OfASGD(a, b, 0.05), weight_decay: 0.01, maximize: true),
            (a, b) => new ASGD(OfASGD(a, b, 0.5), 0.7)),
    }.ToDictionary(row => row.Name);

    public static TheoryData<string> Names => [.. _cases.Keys];

    internal static IEnumerable<OptimizerCase> All => _cases.Values;

    internal static OptimizerCase Named(string name) => _cases[name];

    private static SGD BareSgd(Parameter[] a, Parameter[] b) => new SGD(Sgd(a, b, 0.5), 0.7, momentum: 0.1);

    private static Adam BareAdam(Parameter[] a, Parameter[] b) => new Adam(OfAdam(a, b, 0.5), 0.7);

    private static AdamW BareAdamW(Parameter[] a, Parameter[] b) => new AdamW(OfAdamW(a, b, 0.5), 0.7);

    private static SGD.ParamGroup[] Sgd(Parameter[] a, Parameter[] b, double lr) =>
        [new() { Parameters = a }, new() { Parameters = b, Options = new() { LearningRate = lr } }];

    private static Adam.ParamGroup[] OfAdam(Parameter[] a, Parameter[] b, double lr) =>
        [new() { Parameters = a }, new() { Parameters = b, Options = new() { LearningRate = lr } }];

    private static AdamW.ParamGroup[] OfAdamW(Parameter[] a, Parameter[] b, double lr) =>
        [new() { Parameters = a }, new() { Parameters = b, Options = new() { LearningRate = lr } }];

    private static Adamax.ParamGroup[] OfAdamax(Parameter[] a, Parameter[] b, double lr) =>
        [new() { Parameters = a }, new() { Parameters = b, Options = new() { LearningRate = lr } }];

    private static NAdam.ParamGroup[] OfNAdam(Parameter[] a, Parameter[] b, double lr) =>
        [new() { Parameters = a }, new() { Parameters = b, Options = new() { LearningRate = lr } }];

    private static RAdam.ParamGroup[] OfRAdam(Parameter[] a, Parameter[] b, double lr) =>
        [new() { Parameters = a }, new() { Parameters = b, Options = new() { LearningRate = lr } }];

    private static RMSProp.ParamGroup[] OfRMSProp(Parameter[] a, Parameter[] b, double lr) =>
        [new() { Parameters = a }, new() { Parameters = b, Options = new() { LearningRate = lr } }];

    private static Rprop.ParamGroup[] OfRprop(Parameter[] a, Parameter[] b, double lr) =>
        [new() { Parameters = a }, new() { Parameters = b, Options = new() { LearningRate = lr } }];

    private static Adagrad.ParamGroup[] OfAdagrad(Parameter[] a, Parameter[] b, double lr) =>
        [new() { Parameters = a }, new() { Parameters = b, Options = new() { LearningRate = lr } }];

    private static Adadelta.ParamGroup[] OfAdadelta(Parameter[] a, Parameter[] b, double lr) =>
        [new() { Parameters = a }, new() { Parameters = b, Options = new() { LearningRate = lr } }];

    private static ASGD.ParamGroup[] OfASGD(Parameter[] a, Parameter[] b, double lr) =>
        [new() { Parameters = a }, new() { Parameters = b, Options = new() { LearningRate = lr } }];
}
