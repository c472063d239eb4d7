using System.Runtime.CompilerServices;
using TorchSharp;
using TorchSharp.Modules;

namespace Torchkeep;

/// <summary>What a parameter group has in PyTorch and not in TorchSharp, kept beside its options for as long as these live.</summary>
internal sealed class GroupExtras
{
    private static readonly ConditionalWeakTable<OptimizerOptions, GroupExtras> _extras = [];

    /// <summary>Keys that TorchSharp has no options for, with plain values, in the order of the file.</summary>
    internal OrderedDictionary<string, PyValue> Values { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether PyTorch would have <c>initial_lr</c>, which a scheduler brings in.</summary>
    internal bool HasInitialLearningRate { get; set; }

    /// <summary>What the last load brought, for a scheduler that was built afterwards and has overwritten it; null before.</summary>
    internal (double LearningRate, double? Momentum)? Loaded { get; init; }

    /// <summary>What a scheduler that cycles momentum changes: the first beta or the momentum; null where there is neither.</summary>
    internal static double? MomentumOf(torch.optim.ILearningRateController group) => group switch
    {
        torch.optim.IBetas betas => betas.Betas.Item1,
        torch.optim.IMomentum momentum => momentum.Momentum,
        _ => null,
    };

    internal static void SetMomentum(torch.optim.ILearningRateController group, double value)
    {
        if (group is torch.optim.IBetas betas)
        {
            betas.Betas = (value, betas.Betas.Item2);
        }
        else if (group is torch.optim.IMomentum momentum)
        {
            momentum.Momentum = value;
        }
    }

    internal static GroupExtras Of(OptimizerOptions options) => _extras.GetOrCreateValue(options);

    internal static GroupExtras? Find(OptimizerOptions options) => _extras.TryGetValue(options, out var extras) ? extras : null;

    internal static void Replace(OptimizerOptions options, GroupExtras extras) => _extras.AddOrUpdate(options, extras);
}
