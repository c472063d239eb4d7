using Torchkeep.Tensors;

namespace Torchkeep.Torch.Folding;

/// <summary>Puts weights in the place of their groups, each over a source that computes it.</summary>
internal sealed class WeightFolder
{
    private const string SpectralMetadata = "spectral_norm";

    // Groups of the same tensors make the same weight: what is tied stays tied.
    private readonly Dictionary<string, PyTensor> _made = new(StringComparer.Ordinal);
    private readonly Dictionary<TensorStorage, int> _numbers = new(ReferenceEqualityComparer.Instance);

    internal static PyDict Fold(PyDict state, IReadOnlyList<WeightGroup> groups)
    {
        var folder = new WeightFolder();
        var tensors = new Dictionary<string, PyTensor>(StringComparer.Ordinal);
        foreach (var (key, value) in state)
        {
            if (key is PyString { Value: var name } && value is PyTensor tensor)
            {
                tensors[name] = tensor;
            }
        }

        // What a later group uses is gone again.
        var gone = new HashSet<string>(StringComparer.Ordinal);
        foreach (var group in groups)
        {
            tensors[group.Name] = folder.Make(group, [.. group.Members.Select(member => tensors.GetValueOrDefault(member)
                ?? throw new ArgumentException(SafeText.Escape($"the state_dict has no tensor '{member}', which is of {group}")))]);
            gone.UnionWith(group.Members);
            gone.Remove(group.Name);
        }

        return Build(state, groups, tensors, gone);
    }

    private static PyDict Build(PyDict state, IReadOnlyList<WeightGroup> groups, Dictionary<string, PyTensor> tensors, HashSet<string> gone)
    {
        // The weight goes where its first member is, or the first of those that this is made of.
        var first = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var group in groups)
        {
            var member = group.Members[0];
            first[group.Name] = first.GetValueOrDefault(member, member);
        }

        var weights = first.Where(entry => !gone.Contains(entry.Key)).ToDictionary(entry => entry.Value, entry => entry.Key, StringComparer.Ordinal);
        var folded = new PyDict(state.IsOrdered) { Attributes = Attributes(state, groups) };
        foreach (var (key, value) in state)
        {
            if (key is not PyString { Value: var name })
            {
                folded.Add(key, value);
            }
            else if (weights.TryGetValue(name, out var weight))
            {
                folded.Add(weight, tensors[weight]);
            }
            else if (!gone.Contains(name))
            {
                folded.Add(key, value);
            }
        }

        return folded;
    }

    private PyTensor Make(WeightGroup group, PyTensor[] members)
    {
        // PyTorch before 1.0 has it ready.
        if (group.Members[0] == group.Name)
        {
            return members[0];
        }

        var identity = string.Join(' ', members.Select(member => IdentityOf(member.View)).Prepend($"{group.Kind}"));
        if (!_made.TryGetValue(identity, out var made))
        {
            var views = Array.ConvertAll(members, member => member.View);
            var bytes = new FoldedByteSource(views[0], RuleOf(group, views));
            var storage = new TensorStorage(bytes, views[0].Storage.Location, views[0].ElementType, bigEndian: false);
            _made[identity] = made = new(new(storage, views[0].ElementType, views[0].Shape.AsSpan()));
        }

        return made;
    }

    private static FoldRule RuleOf(WeightGroup group, TensorView[] views)
    {
        var types = views.Select(view => view.ElementType).Distinct().ToList();
        var isMask = group.Kind == WeightGroupKind.Pruning && views[1].ElementType is ElementType.Bool or ElementType.UInt8;
        if (!group.CanFold)
        {
            throw Unsupported(group, "what computes the weight is in the parametrization's Python class: call torch.nn.utils.parametrize.remove_parametrizations in Python, and save again");
        }

        if (!ElementConversion.IsTarget(views[0].ElementType) || (types.Count > 1 && !isMask))
        {
            throw Unsupported(group, $"weights are folded in float16, bfloat16, float32 and float64, all parts in the same, and these are {string.Join(" and ", types.Select(type => ElementTypeInfo.Of(type)))}");
        }

        return group.Kind switch
        {
            WeightGroupKind.Pruning => new MaskRule(views[0], views[1]),
            WeightGroupKind.WeightNorm => new WeightNormRule(views[0], views[1]),
            _ => SpectralRule.Of(views[0], views[1], views[2])
                ?? throw Unsupported(group, "the weight is square, and its values do not tell along which axis it was normalized, as of a model that was never trained: call torch.nn.utils.remove_spectral_norm in Python, and save again"),
        };
    }

    private static UnsupportedCheckpointException Unsupported(WeightGroup group, string why) => new($"{group} cannot be folded: {why}") { TensorName = group.Name };

    private string IdentityOf(TensorView view)
    {
        if (!_numbers.TryGetValue(view.Storage, out var number))
        {
            _numbers[view.Storage] = number = _numbers.Count;
        }

        return $"{number}:{view.StorageOffset}:{view.ElementType}:{TensorLayout.Format(view.Shape.AsSpan())}:{TensorLayout.Format(view.Strides.AsSpan())}:{view.IsNegated}";
    }

    // _metadata without the modules that the parametrizations were, and without what spectral_norm noted.
    private static PyDict? Attributes(PyDict state, IReadOnlyList<WeightGroup> groups)
    {
        if (state.Attributes is null || !state.Attributes.TryGet(TorchNames.Metadata, out var value) || value is not PyDict metadata)
        {
            return state.Attributes;
        }

        var removed = groups.Select(group => group.Members[0]).Where(member => WeightGroupFinder.BaseOfParametrized(member) is not null)
            .SelectMany(member => new[] { Parent(member), Parent(Parent(member)) }).ToHashSet(StringComparer.Ordinal);
        var modules = groups.Where(group => group.Kind == WeightGroupKind.SpectralNorm).Select(group => Parent(group.Name)).ToHashSet(StringComparer.Ordinal);
        var kept = new PyDict(metadata.IsOrdered);
        foreach (var (path, local) in metadata)
        {
            if (path is not PyString { Value: var name } || !(removed.Contains(name) || removed.Contains(Parent(name))))
            {
                kept.Add(path, path is PyString { Value: var module } && modules.Contains(module) && local is PyDict entries ? Without(entries, SpectralMetadata) : local);
            }
        }

        var attributes = Without(state.Attributes, "");
        attributes[TorchNames.Metadata] = kept;
        return attributes;
    }

    private static string Parent(string path) => path[..Math.Max(path.LastIndexOf('.'), 0)];

    private static PyDict Without(PyDict dict, string key)
    {
        var rest = new PyDict(dict.IsOrdered);
        foreach (var (name, value) in dict)
        {
            if (name is not PyString text || text.Value != key)
            {
                rest.Add(name, value);
            }
        }

        return rest;
    }
}
