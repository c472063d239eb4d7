using static TorchSharp.torch.optim;

namespace Torchkeep.Interop.Tests.Optim;

/// <summary>A scheduler with some options, here and in Python, and one of the same class with others, which a load replaces.</summary>
/// <param name="Name">What the test is called.</param>
/// <param name="Python">The constructor's call, of an optimizer <c>o</c>, in a namespace <c>L</c>.</param>
/// <param name="PythonBare">The one with other options.</param>
/// <param name="Build">Makes it.</param>
/// <param name="BuildBare">Makes the one with other options.</param>
internal sealed record ScheduleCase(
    string Name, string Python, string PythonBare, Func<Optimizer, lr_scheduler.LRScheduler> Build, Func<Optimizer, lr_scheduler.LRScheduler> BuildBare)
{
    /// <summary>Adam with one group, or SGD with two.</summary>
    internal string Optimizer { get; init; } = "SGD";

    /// <summary>Whether PyTorch 1.13 can save its own.</summary>
    internal bool IsSavedByOld { get; init; } = true;

    /// <summary>Whether TorchSharp's own goes as PyTorch's does.</summary>
    internal bool IsPyTorchs { get; init; } = true;
}
