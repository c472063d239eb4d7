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

    /// <summary>Fails now if copying would fail later for the bytes' sake.</summary>
    internal virtual void Verify()
    {
    }

    /// <summary>The memory that <see cref="Verify"/> looks at, which several entries may share.</summary>
    internal virtual object Memory => this;

    internal abstract void CopyTo(Tensor destination);

    /// <summary>Where bytes can go straight to the destination's memory: what moves them, on any thread. Null where libtorch has to.</summary>
    internal virtual Action? DirectCopyTo(Tensor destination) => null;

    /// <summary>Where bytes can go to another device as they are: the view that has them. Null where libtorch has to convert them.</summary>
    internal virtual TensorView? StagedCopyTo(Tensor destination) => null;

    /// <summary>The tensor itself, for a load that assigns.</summary>
    internal abstract Tensor ToTensor();
}
