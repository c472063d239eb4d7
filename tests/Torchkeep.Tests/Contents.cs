using System.Security.Cryptography;
using System.Text;

namespace Torchkeep.Tests;

/// <summary>Everything that a file loads to, as one text: equal texts are equal graphs with equal elements.</summary>
internal static class Contents
{
    internal static string Of(byte[] file)
    {
        using var checkpoint = Checkpoint.Open(file);
        var text = new StringBuilder(ValueText.Of(checkpoint.Root));
        var storages = new Dictionary<TensorStorage, int>(ReferenceEqualityComparer.Instance);
        foreach (var tensor in checkpoint.Tensors)
        {
            storages.TryAdd(tensor.View.Storage, storages.Count);
            text.Append($"\n{tensor.Path} storage {storages[tensor.View.Storage]} {Hash(tensor.View)}");
        }

        return text.ToString();
    }

    private static string Hash(TensorView view)
    {
        if (view.Storage.Location == "meta")
        {
            return "meta";
        }

        var bytes = new byte[view.ByteLength];
        view.ReadBytes(bytes);
        return Convert.ToHexStringLower(SHA256.HashData(bytes));
    }
}
