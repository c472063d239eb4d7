using TorchSharp;
using static TorchSharp.torch;

namespace Torchkeep.TorchSharp.Tests.Tensors;

/// <summary>A device whose memory is this machine's: what is copied is there at once, and what is asked for is counted.</summary>
internal sealed class PlainDevice : StagingDevice
{
    internal int Pinned { get; private set; }

    internal int Waits { get; private set; }

    internal Exception? Failure { get; init; }

    internal Action OnWait { get; set; } = () => { };

    internal override int MaxPieces => 4;

    internal override Tensor Pin(long bytes)
    {
        Pinned++;
        return empty([bytes], dtype: uint8);
    }

    internal override void Synchronize(Device device)
    {
        Waits++;
        OnWait();
        if (Failure is not null)
        {
            throw Failure;
        }
    }
}
