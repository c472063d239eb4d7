using System.Collections.Frozen;

namespace Torchkeep;

/// <summary>Every layer of torch.nn that TorchSharp has, a row each, by both of its names.</summary>
internal static class LayerTable
{
    internal static readonly IReadOnlyList<Layer> Rows =
    [
        .. LinearLayers.Rows, .. ConvolutionLayers.Rows, .. NormLayers.Rows, .. SparseLayers.Rows, .. RecurrentLayers.Rows,
        .. AttentionLayers.Rows, .. ActivationLayers.Rows, .. DropoutLayers.Rows, .. PoolingLayers.Rows, .. ShapeLayers.Rows,
        .. LossLayers.Rows, .. ContainerLayers.Rows,
    ];

    internal static readonly FrozenDictionary<string, Layer> ByClass = Rows.DistinctBy(row => row.ClassName).ToFrozenDictionary(row => row.ClassName, StringComparer.Ordinal);

    private static readonly FrozenDictionary<Type, Layer> _byType = Rows.Where(row => !row.IsAlias).ToFrozenDictionary(row => row.Type);

    internal static Layer? Find(Type type) => _byType.GetValueOrDefault(type.IsGenericType ? type.GetGenericTypeDefinition() : type);
}
