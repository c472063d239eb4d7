using TorchSharp;
using static TorchSharp.torch;

namespace Torchkeep;

/// <summary>
/// What moving bytes between a file and a device needs of libtorch: memory that the device copies from and to by itself
/// (page-locked), and waiting until it has. Tests stand in for a device that this machine does not have.
/// </summary>
internal abstract class StagingDevice
{
    /// <summary>How many bytes one piece has: a multiple of every element size.</summary>
    internal const int PieceBytes = 8 << 20;

    // Less than this goes faster by one plain copy than by way of page-locked memory, which takes time to be made.
    private const long MinBytes = 1 << 20;

    /// <summary>NVIDIA's devices. Nothing of CUDA is touched before the first use.</summary>
    internal static StagingDevice Cuda { get; } = new CudaDevice();

    /// <summary>The most memory of <see cref="Pin"/> at one time, in pieces: enough that each reader has one while others are copied.</summary>
    internal virtual int MaxPieces => 2 * Math.Clamp(Environment.ProcessorCount, 2, 16);

    /// <summary>The way to a device for so many bytes, or null where a plain copy does.</summary>
    internal static StagingDevice? For(DeviceType device, long bytes) => device == DeviceType.CUDA && bytes >= MinBytes ? Cuda : null;

    /// <summary>A byte tensor in page-locked memory.</summary>
    /// <param name="bytes">Its length.</param>
    internal abstract Tensor Pin(long bytes);

    /// <summary>Waits for all copies from and to a device that were begun.</summary>
    internal abstract void Synchronize(Device device);

    private sealed class CudaDevice : StagingDevice
    {
        internal override Tensor Pin(long bytes)
        {
            // TorchSharp makes it of a tensor in plain memory alone. libtorch keeps such memory and gives it out again.
            using var plain = empty([bytes], dtype: uint8);
            return plain.pin_memory();
        }

        internal override void Synchronize(Device device) => cuda.synchronize(device);
    }
}
