using TorchSharp.Modules;

namespace Torchkeep.Interop.Tests.Optim;

/// <summary>An optimizer with some options, here and in Python.</summary>
/// <param name="Name">What the test is called.</param>
/// <param name="Python">The constructor's call with the groups called <c>groups</c>.</param>
/// <param name="LearningRate">That of the second group.</param>
/// <param name="Build">Makes it of the parameters of two groups.</param>
/// <param name="BuildBare">Makes it with other options, which a load replaces.</param>
/// <param name="IsPyTorchs">Whether TorchSharp computes the same.</param>
internal sealed record OptimizerCase(
    string Name,
    string Python,
    double LearningRate,
    Func<Parameter[], Parameter[], OptimizerHelper> Build,
    Func<Parameter[], Parameter[], OptimizerHelper> BuildBare,
    bool IsPyTorchs = true);
