using static TorchSharp.torch;

namespace Torchkeep;

/// <summary>One value of a state_dict that is to be loaded: a tensor in memory, a tensor in a file, or something else.</summary>
internal abstract class StateEntry
{
    /// <summary>What the value is when it is no tensor that can be copied, else null.</summary>
    internal virtual string? NotATensor => null;

    internal abstract ReadOnlySpan<long> Shape { get; }

    internal abstract ScalarType ScalarType { get; }

    /// <summary>Where <see cref="ToTensor"/> puts it.</summary>
    internal abstract Device Device { get; }

    /// <summary>Why the elements cannot be had, or null.</summary>
    internal virtual string? Problem => null;

    /// <summary>The view of a file that it is, whose bytes are checked before anything is copied; null in memory.</summary>
    internal virtual TensorView? FileView => null;

    internal abstract void CopyTo(Tensor destination);

    /// <summary>Where bytes can go straight to the destination's memory: what is to be moved. Null where libtorch has to copy.</summary>
    internal virtual Transfer? DirectTo(Tensor destination) => null;

    /// <summary>The tensor itself, for a load that assigns.</summary>
    internal abstract Tensor ToTensor();
}
