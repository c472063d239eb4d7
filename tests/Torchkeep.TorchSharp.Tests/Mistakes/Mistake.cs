using System.Runtime.CompilerServices;
using static TorchSharp.torch.nn;
using static TorchSharp.torch.optim;
using static TorchSharp.torch.optim.lr_scheduler;

namespace Torchkeep.TorchSharp.Tests.Mistakes;

/// <summary>A call with what a user has in hand.</summary>
internal delegate void Call(Module model, LoadedCheckpoint loaded, Optimizer optimizer, LRScheduler scheduler);

/// <summary>A mistake, and the call that its message tells to make in its place.</summary>
/// <param name="Name">What was done.</param>
/// <param name="Saved">Makes what the file has.</param>
/// <param name="Wrong">The call that fails.</param>
/// <param name="Right">The call of the message; null where the way on is in words.</param>
/// <param name="RightText">That call as it is written here, which the message must have.</param>
internal sealed record Mistake(string Name, Func<object> Saved, Call Wrong, Call? Right = null, [CallerArgumentExpression(nameof(Right))] string RightText = "")
{
    /// <summary>Makes the model; the small one if nothing else is said.</summary>
    public Func<Module> Model { get; init; } = () => Nets.Small();

    /// <summary>Whether the call leaves the file's value, 7, in the model's first parameter.</summary>
    public bool IsLoaded { get; init; } = true;

    public string RightCall => RightText.Contains("=> ", StringComparison.Ordinal) ? RightText[(RightText.IndexOf("=> ", StringComparison.Ordinal) + 3)..] : "";
}
