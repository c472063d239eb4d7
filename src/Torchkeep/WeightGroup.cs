namespace Torchkeep;

/// <summary>Tensors of a state_dict that make up one weight, which PyTorch computes when the module is called.</summary>
public sealed class WeightGroup
{
    internal WeightGroup(string name, WeightGroupKind kind, IReadOnlyList<string> members) => (Name, Kind, Members) = (name, kind, members);

    /// <summary>The weight's name, such as <c>conv.weight</c>. A state_dict has it beside its parts only as PyTorch wrote a spectral norm before 1.0.</summary>
    public string Name { get; }

    /// <summary>What computes it.</summary>
    public WeightGroupKind Kind { get; }

    /// <summary>The names of its tensors: first what has the weight's shape, then what it is computed with.</summary>
    public IReadOnlyList<string> Members { get; }

    /// <summary>What PyTorch calls the kind: <c>weight_norm</c>, <c>spectral_norm</c>, <c>pruning</c> or <c>a parametrization</c>.</summary>
    public string KindName => Kind switch
    {
        WeightGroupKind.WeightNorm => "weight_norm",
        WeightGroupKind.SpectralNorm => "spectral_norm",
        WeightGroupKind.Pruning => "pruning",
        _ => "a parametrization",
    };

    /// <summary>Whether the file has all that the weight is computed of.</summary>
    public bool CanFold => Kind != WeightGroupKind.Parametrization;

    /// <summary>The kind, the weight and its tensors.</summary>
    public override string ToString() => $"{KindName} of '{Name}': {string.Join(", ", Members.Select(member => $"'{member}'"))}";
}
