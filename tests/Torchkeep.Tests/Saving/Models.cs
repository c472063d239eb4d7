using Torchkeep.Tests.IO;

namespace Torchkeep.Tests.Saving;

/// <summary>Things to save.</summary>
internal static class Models
{
    /// <summary>A state_dict with everything that a save must keep: order, sharing, an empty tensor, versions.</summary>
    internal static PyDict StateDict()
    {
        var weight = new PyTensor(TensorView.FromArray<float>([.. Enumerable.Range(0, 12)], ElementType.Float32, 3, 4));
        return new PyDict(isOrdered: true)
        {
            { "encoder.weight", weight },
            { "decoder.weight", weight },
            { "turned", new TensorView(weight.View.Storage, ElementType.Float32, [4, 3], [1, 4]) },
            { "count", TensorView.FromArray<long>([7], ElementType.Int64) },
            { "nothing", TensorView.FromArray<float>([], ElementType.Float32, 0) },
            { "parameter", new PyTensor(TensorView.FromArray<double>([1, 2], ElementType.Float64, 2), requiresGrad: true, isParameter: true) },
        }.WithMetadata();
    }

    /// <summary>Tensors of bytes that nobody holds.</summary>
    internal static PyDict Synthetic(params ByteSource[] storages)
    {
        var root = new PyDict();
        foreach (var bytes in storages)
        {
            root.Add($"tensor{root.Count}", new TensorView(new(bytes), ElementType.UInt8, [bytes.Length]));
        }

        return root;
    }

    internal static PatternByteSource Zeros(long length) => new(length) { IsZero = true };

    private static PyDict WithMetadata(this PyDict dict)
    {
        dict.Attributes = new() { { "_metadata", new PyDict(isOrdered: true) { { "", new PyDict { { "version", 1 } } } } } };
        return dict;
    }
}
