namespace Torchkeep;

/// <summary>
/// How a state_dict is fitted to a model that it does not match in all. Names go through <see cref="unwrap"/>,
/// <see cref="strip_prefix"/>, <see cref="rename"/> and <see cref="add_prefix"/>, in this order. Patterns are .NET's
/// regular expressions without look-around and back-references, which no name in a file can make slow.
/// </summary>
public sealed record WarmStartOptions
{
    /// <summary>Whether missing and unexpected names are errors. Default: false, they are reported.</summary>
    public bool strict { get; init; }

    /// <summary>
    /// Whether the steps are taken out of names that PyTorch's wrappers add: <c>module</c> (DataParallel,
    /// DistributedDataParallel, AveragedModel, whose <c>n_averaged</c> is skipped), <c>_orig_mod</c> (torch.compile),
    /// <c>_fsdp_wrapped_module</c>, <c>_checkpoint_wrapped_module</c>, <c>_forward_module</c> (Lightning Fabric),
    /// <c>_module</c> (Opacus); a step that the model has itself stays. Default: true.
    /// </summary>
    public bool unwrap { get; init; } = true;

    /// <summary>
    /// Whether the tensors of <c>weight_norm</c>, <c>spectral_norm</c> and <c>prune</c>, old or parametrized, become the
    /// weight that they make up, before names are changed (<see cref="FoldedWeights.Fold"/>); those of a group of which the
    /// model has a member itself stay. Default: false.
    /// </summary>
    public bool fold_weights { get; init; }

    /// <summary>Taken off the start of names that have it; with its dot, <c>"encoder."</c>. Default: none.</summary>
    public string strip_prefix { get; init; } = "";

    /// <summary>
    /// Patterns and what their matches become, each applied to what the one before left:
    /// <c>[(@"^features\.(\d+)\.", "layers.$1.")]</c>. Default: none.
    /// </summary>
    public IReadOnlyList<(string pattern, string replacement)> rename { get; init; } = [];

    /// <summary>Put before every name; with its dot, <c>"backbone."</c>. Default: none.</summary>
    public string add_prefix { get; init; } = "";

    /// <summary>A pattern that names of the model must match to be loaded, or null for all. Default: null.</summary>
    public string? include { get; init; }

    /// <summary>A pattern of names of the model that are not loaded: <c>"^fc\\."</c>; or null for none. Default: null.</summary>
    public string? exclude { get; init; }

    /// <summary>Whether tensors of another shape than the model's are skipped rather than errors. Default: false.</summary>
    public bool skip_mismatched { get; init; }
}
