namespace Torchkeep;

/// <summary>A <c>torch.Generator</c> (torch/csrc/Generator.cpp, <c>THPGenerator_reduce</c>).</summary>
/// <param name="Device">PyTorch's device tag, such as <c>cpu</c>.</param>
/// <param name="Seed">What it was seeded with.</param>
/// <param name="Offset">How far it is, on devices that count; else null.</param>
/// <param name="State">Its whole state, as <c>torch.get_rng_state()</c> gives it: bytes.</param>
public sealed record PyGenerator(string Device, System.Numerics.BigInteger Seed, System.Numerics.BigInteger? Offset, TensorView State);
