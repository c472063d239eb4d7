using System.Collections.Frozen;
using Torchkeep.Tensors;

namespace Torchkeep.Torch.Risks;

/// <summary>Which names are harmless, and why. Each is one exact name, since a dot behind a name leads anywhere.</summary>
internal static class HarmlessNames
{
    private static readonly FrozenDictionary<string, HarmlessGroup> _names = HarmlessPython.Groups
        .Concat(HarmlessTorch.Groups)
        .Concat([HarmlessTorchLayers.Group, HarmlessVisionLayers.Group])
        .Concat(HarmlessLibraries.Groups)
        .SelectMany(group => group.Rows.SelectMany(row => row.Names.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries).Select(name => KeyValuePair.Create($"{row.Module}.{name}", group))))
        .Concat(TensorNames().Distinct().Select(name => KeyValuePair.Create(name, HarmlessTorch.Types)))
        .ToFrozenDictionary(StringComparer.Ordinal);

    // Where classes were before PyTorch 1.10 to 1.13, and still are as other names of the same.
    private static readonly (string Old, string New)[] _moved =
    [
        ("torch.nn.quantized.", "torch.ao.nn.quantized."), ("torch.nn.intrinsic.", "torch.ao.nn.intrinsic."), ("torch.nn.qat.", "torch.ao.nn.qat."),
        ("torch.nn.quantizable.", "torch.ao.nn.quantizable."), ("torch.quantization.", "torch.ao.quantization."),
    ];

    /// <summary>The group of a name, or null.</summary>
    internal static HarmlessGroup? Find(PyGlobal name)
    {
        var path = name.ToString();
        foreach (var (old, current) in _moved)
        {
            if (path.StartsWith(old, StringComparison.Ordinal))
            {
                path = current + path[old.Length..];
            }
        }

        return _names.GetValueOrDefault(path) ?? (IsMember(name) && _names.GetValueOrDefault(path[..path.LastIndexOf('.')]) is { HasMembers: true } group ? group : null);
    }

    private static bool IsMember(PyGlobal name) =>
        name.Name.Split('.') is [_, { Length: > 0 } member] && member.All(letter => char.IsAsciiLetterUpper(letter) || char.IsAsciiDigit(letter) || letter == '_') && char.IsAsciiLetterUpper(member[0]);

    private static IEnumerable<string> TensorNames()
    {
        foreach (var row in ElementTypeTable.Rows)
        {
            yield return $"torch.{row.Name}";
        }

        for (var bits = 1; bits < 8; bits++)
        {
            yield return $"torch.int{bits}";
            yield return $"torch.uint{bits}";
        }

        foreach (var storage in ElementTypeTable.ByStorageClass.Keys)
        {
            var tensor = storage.Replace("Storage", "Tensor", StringComparison.Ordinal);
            foreach (var module in new[] { "torch", "torch.cuda" })
            {
                yield return $"{module}.{storage}";
                yield return $"{module}.{tensor}";
                yield return $"{module}.sparse.{tensor}";
            }
        }
    }
}
