namespace Torchkeep;

/// <summary>One of TorchSharp's schedulers.</summary>
/// <param name="Name">What PyTorch calls the class.</param>
/// <param name="Type">TorchSharp's class.</param>
/// <param name="Keys">In PyTorch's order.</param>
internal sealed record SchedulerRow(string Name, Type Type, params SchedulerKey[] Keys);
