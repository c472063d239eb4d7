namespace Torchkeep;

/// <summary>Bytes of a file that go to memory of their length.</summary>
/// <param name="Source">What is read, row-major. Contiguous where it goes to a device.</param>
/// <param name="Destination">Where it goes.</param>
/// <param name="Device">The number of the CUDA device whose memory that is, or <see cref="Here"/>.</param>
internal sealed record Transfer(TensorView Source, nint Destination, int Device)
{
    /// <summary>The memory of this machine.</summary>
    internal const int Here = -1;
}
