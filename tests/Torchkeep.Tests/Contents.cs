using System.Security.Cryptography;
using System.Text;
using Torchkeep.IO;

namespace Torchkeep.Tests;

/// <summary>Everything that a file loads to, as one text: equal texts are equal graphs with equal elements.</summary>
internal static class Contents
{
    internal static string Of(byte[] file) => Of(Checkpoint.OpenAll(new MemoryByteSource(file)));

    /// <summary>As <see cref="Of(byte[])"/>, of a file beside which others may lie.</summary>
    internal static string Of(string path) => Of(Checkpoint.OpenAll(path));

    private static string Of(IReadOnlyList<Checkpoint> checkpoints)
    {
        try
        {
            return string.Join("\n\n", checkpoints.Select(Of));
        }
        finally
        {
            foreach (var checkpoint in checkpoints)
            {
                checkpoint.Dispose();
            }
        }
    }

    private static string Of(Checkpoint checkpoint)
    {
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
