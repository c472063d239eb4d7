namespace Torchkeep;

/// <summary>What computes a weight that a state_dict has in several tensors.</summary>
public enum WeightGroupKind
{
    /// <summary><c>torch.nn.utils.weight_norm</c>, old or parametrized: a length for each slice and a direction.</summary>
    WeightNorm,

    /// <summary><c>torch.nn.utils.spectral_norm</c>, old or parametrized: the weight and its two first singular vectors.</summary>
    SpectralNorm,

    /// <summary><c>torch.nn.utils.prune</c>: the weight and a mask.</summary>
    Pruning,

    /// <summary>Another parametrization (<c>torch.nn.utils.parametrize</c>), whose rule is in its Python class alone.</summary>
    Parametrization,
}
