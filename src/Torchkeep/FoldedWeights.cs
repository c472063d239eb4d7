using Torchkeep.Torch.Folding;

namespace Torchkeep;

/// <summary>
/// Weights that a state_dict has in several tensors: those of <c>weight_norm</c>, <c>spectral_norm</c> and <c>prune</c>
/// (torch/nn/utils), by the old names (<c>weight_g</c> and <c>weight_v</c>; <c>weight_orig</c>, <c>weight_u</c> and
/// <c>weight_v</c>; <c>weight_orig</c> and <c>weight_mask</c>) and by those of <c>torch.nn.utils.parametrize</c>
/// (<c>parametrizations.weight.original0</c>), whatever the parameter is called.
/// </summary>
public static class FoldedWeights
{
    /// <summary>
    /// The groups in a state_dict, in its order; one whose member is itself made of a group comes after that. Shapes are
    /// compared, and no element is read. What has the weight beside its parts is a group only as PyTorch wrote it before 1.0.
    /// </summary>
    /// <param name="stateDict">Names to tensors; what is no tensor and no text is passed over.</param>
    public static IReadOnlyList<WeightGroup> Find(PyDict stateDict)
    {
        ArgumentNullException.ThrowIfNull(stateDict);
        return WeightGroupFinder.Find(stateDict);
    }

    /// <summary>
    /// The state_dict that the model has after PyTorch's <c>remove_weight_norm</c>, <c>remove_spectral_norm</c>,
    /// <c>prune.remove</c> or <c>remove_parametrizations</c> in evaluation mode: each weight stands in the place of its parts.
    /// A weight is computed when it is read, a piece at a time; what is kept is a number for each slice of its axis.
    /// </summary>
    /// <remarks>
    /// Sums are in double precision, all else in the weight's own type and PyTorch's order. A pruned weight has PyTorch's
    /// bits. Of the norms PyTorch's own bits depend on the processor: float32 differs in the last bits of a norm, by which
    /// all elements of a slice are off together.
    /// </remarks>
    /// <param name="stateDict">Names to tensors; it stays as it is.</param>
    /// <param name="groups">Those to fold, in the order of <see cref="Find"/>; null for all.</param>
    /// <exception cref="UnsupportedCheckpointException">
    /// A group is a parametrization that PyTorch itself does not have, or its element types are none that are folded; or the
    /// file does not tell along which axis a spectral norm is. The message names the group.
    /// </exception>
    /// <exception cref="CheckpointException">An element that decides between two axes cannot be read.</exception>
    public static PyDict Fold(PyDict stateDict, IReadOnlyList<WeightGroup>? groups = null)
    {
        ArgumentNullException.ThrowIfNull(stateDict);
        return WeightFolder.Fold(stateDict, groups ?? WeightGroupFinder.Find(stateDict));
    }
}
