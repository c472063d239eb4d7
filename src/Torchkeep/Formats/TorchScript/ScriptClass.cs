namespace Torchkeep.Formats.TorchScript;

/// <summary>What the code of a TorchScript class says about its attributes.</summary>
/// <param name="IsModule">Whether it is a module, and not a class of values.</param>
/// <param name="Parameters">The attributes that are parameters.</param>
/// <param name="Buffers">The attributes that are buffers, or null where the code does not say, as before PyTorch 1.6.</param>
/// <param name="Tensors">The attributes whose declared type is Tensor.</param>
internal sealed record ScriptClass(bool IsModule, IReadOnlySet<string> Parameters, IReadOnlySet<string>? Buffers, IReadOnlySet<string> Tensors);
