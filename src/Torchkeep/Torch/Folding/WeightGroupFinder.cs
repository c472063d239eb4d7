namespace Torchkeep.Torch.Folding;

/// <summary>
/// Finds the groups by their names and shapes (torch/nn/utils/weight_norm.py, spectral_norm.py, prune.py, parametrize.py,
/// parametrizations.py).
/// </summary>
internal sealed class WeightGroupFinder
{
    private const string Parametrizations = "parametrizations.";
    private const string Original = ".original";

    private static readonly string[] _suffixes = ["_orig", "_mask", "_u", "_v", "_g"];

    // A name with the shape of its tensor, also of those that a group makes.
    private readonly Dictionary<string, TensorView> _views = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _parametrized = new(StringComparer.Ordinal);
    private readonly Queue<string> _pending = new();
    private readonly List<WeightGroup> _groups = [];

    private WeightGroupFinder(PyDict state)
    {
        foreach (var (key, value) in state)
        {
            if (key is PyString { Value: var name } && value is PyTensor tensor)
            {
                _views[name] = tensor.View;
                _pending.Enqueue(name);
                if (BaseOfParametrized(name) is { } weight)
                {
                    (_parametrized.TryGetValue(weight, out var parts) ? parts : _parametrized[weight] = []).Add(name);
                }
            }
        }
    }

    internal static IReadOnlyList<WeightGroup> Find(PyDict state)
    {
        var finder = new WeightGroupFinder(state);
        while (finder._pending.TryDequeue(out var name))
        {
            if (finder.GroupOf(name) is { } group && !finder._groups.Exists(known => known.Name == group.Name))
            {
                finder._groups.Add(group);

                // What it makes can be a member of another.
                finder._views[group.Name] = finder._views[group.Members[0]];
                finder._pending.Enqueue(group.Name);
            }
        }

        return finder._groups;
    }

    private WeightGroup? GroupOf(string name)
    {
        if (BaseOfParametrized(name) is { } weight)
        {
            return _views.ContainsKey(weight) ? null : Parametrized(weight, _parametrized[weight]);
        }

        foreach (var suffix in _suffixes)
        {
            if (name.Length > suffix.Length && name.EndsWith(suffix, StringComparison.Ordinal) && Old(name[..^suffix.Length]) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    private WeightGroup? Old(string weight)
    {
        var (original, mask, u, v, g) = (View(weight, "_orig"), View(weight, "_mask"), View(weight, "_u"), View(weight, "_v"), View(weight, "_g"));
        if (_views.TryGetValue(weight, out var made))
        {
            // PyTorch before 1.0 kept the weight that was computed last, and solved for v when it loaded.
            return original is not null && u is not null && v is null && mask is null && made.Shape.SequenceEqual(original.Shape) && u.Shape.Length == 1
                ? new(weight, WeightGroupKind.SpectralNorm, [weight, $"{weight}_orig", $"{weight}_u"])
                : null;
        }

        return (original, mask, u, v, g) switch
        {
            ({ } whole, { } cover, null, _, _) when whole.Shape.SequenceEqual(cover.Shape) => new(weight, WeightGroupKind.Pruning, [$"{weight}_orig", $"{weight}_mask"]),
            ({ } whole, null, { } left, { } right, _) when SpectralRule.AxesOf(whole, left, right).Count > 0 =>
                new(weight, WeightGroupKind.SpectralNorm, [$"{weight}_orig", $"{weight}_u", $"{weight}_v"]),
            (null, null, _, { } direction, { } length) when WeightNormRule.AxisOf(direction, length) is not null =>
                new(weight, WeightGroupKind.WeightNorm, [$"{weight}_v", $"{weight}_g"]),
            _ => null,
        };
    }

    private TensorView? View(string weight, string suffix) => _views.GetValueOrDefault(weight + suffix);

    private WeightGroup Parametrized(string weight, List<string> parts)
    {
        var dot = weight.LastIndexOf('.') + 1;
        var prefix = $"{weight[..dot]}{Parametrizations}{weight[dot..]}";
        string[] norm = [$"{prefix}.original1", $"{prefix}.original0"];
        string[] spectral = [$"{prefix}.original", $"{prefix}.0._u", $"{prefix}.0._v"];
        return AreExactly(parts, norm) && WeightNormRule.AxisOf(_views[norm[0]], _views[norm[1]]) is not null ? new(weight, WeightGroupKind.WeightNorm, norm)
            : AreExactly(parts, spectral) && SpectralRule.AxesOf(_views[spectral[0]], _views[spectral[1]], _views[spectral[2]]).Count > 0 ? new(weight, WeightGroupKind.SpectralNorm, spectral)
            : new(weight, WeightGroupKind.Parametrization, [.. parts.OrderBy(part => !part.StartsWith(prefix + Original, StringComparison.Ordinal))]);
    }

    private static bool AreExactly(List<string> parts, string[] names) => parts.Count == names.Length && names.All(parts.Contains);

    /// <summary>The weight that <c>a.parametrizations.weight.original</c> and its like are a part of: <c>a.weight</c>; or null.</summary>
    internal static string? BaseOfParametrized(string name)
    {
        var start = name.StartsWith(Parametrizations, StringComparison.Ordinal) ? 0 : name.IndexOf($".{Parametrizations}", StringComparison.Ordinal) + 1;
        if (start == 0 && !name.StartsWith(Parametrizations, StringComparison.Ordinal))
        {
            return null;
        }

        var rest = name[(start + Parametrizations.Length)..];
        var dot = rest.IndexOf('.', StringComparison.Ordinal);
        return dot <= 0 ? null : name[..start] + rest[..dot];
    }
}
