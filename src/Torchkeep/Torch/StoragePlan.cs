using Torchkeep.Tensors;
using Torchkeep.Values;

namespace Torchkeep.Torch;

/// <summary>
/// Which storages a save writes in place of those that its tensors have: without bytes that no tensor uses, and with other
/// elements. What views share, they share afterwards. Storages that a record names, itself or by a tensor among its
/// arguments, stay as they are: what its class makes of them is not known.
/// </summary>
internal sealed class StoragePlan
{
    private readonly Dictionary<TensorView, TensorView> _views = new(ReferenceEqualityComparer.Instance);

    /// <summary>A plan that changes nothing.</summary>
    internal static StoragePlan Unchanged { get; } = new();

    /// <summary>The bytes of all storages.</summary>
    internal long BytesBefore { get; private set; }

    /// <summary>The bytes of all storages as they will be.</summary>
    internal long BytesAfter { get; private set; }

    /// <summary>A plan for what a root reaches.</summary>
    /// <param name="root">What is saved.</param>
    /// <param name="compact">Whether bytes that no tensor uses are left out.</param>
    /// <param name="floats">What floating-point elements become, or null for what they are.</param>
    internal static StoragePlan Of(PyValue root, bool compact, ElementType? floats)
    {
        var values = PyReachable.From(root).Where(value => value is PyTensor or PyCompositeTensor or PyStorage or PyObject).ToList();
        var kept = new HashSet<TensorStorage>(ReferenceEqualityComparer.Instance);
        foreach (var value in PyReachable.From(values.OfType<PyObject>().SelectMany(Arguments).Concat(values.OfType<PyCompositeTensor>().SelectMany(tensor => tensor.Made))))
        {
            if (value is PyTensor tensor)
            {
                kept.Add(tensor.View.Storage);
            }
        }

        foreach (var value in values)
        {
            if (value is PyStorage storage)
            {
                kept.Add(storage.Storage);
            }
        }

        var plan = new StoragePlan();
        foreach (var views in values.OfType<PyTensor>().Select(tensor => tensor.View).Distinct().GroupBy(view => view.Storage))
        {
            if (views.Key.HasBytes)
            {
                plan.Add([.. views], kept.Contains(views.Key), compact, floats);
            }
        }

        return plan;
    }

    /// <summary>The view that is written for one of the root's.</summary>
    internal TensorView ViewOf(TensorView view) => _views.GetValueOrDefault(view, view);

    private void Add(List<TensorView> views, bool isKept, bool compact, ElementType? floats)
    {
        var before = views[0].Storage.ByteLength;
        var after = views;
        if (compact && !isKept)
        {
            after = Compaction.Compact(after);
        }

        if (floats is { } target && !isKept && after.Exists(view => ElementConversion.IsSource(view.ElementType) && view.ElementType != target))
        {
            after = Convert(after, target);
        }

        BytesBefore += before;
        BytesAfter += after[0].Storage.ByteLength;
        for (var i = 0; i < views.Count; i++)
        {
            if (after[i] != views[i])
            {
                _views.Add(views[i], after[i]);
            }
        }
    }

    private static IEnumerable<PyValue> Arguments(PyObject record) =>
        record.KeywordArguments is null ? [record.Callable, record.Arguments] : [record.Callable, record.Arguments, record.KeywordArguments];

    private static List<TensorView> Convert(List<TensorView> views, ElementType target)
    {
        var type = views[0].ElementType;
        if (views.Find(view => view.ElementType != type) is { } other)
        {
            TorchThrow.TwoElementTypes(other.Name, type, other.ElementType);
        }

        var storage = views[0].Storage;
        var elements = new TensorView(storage, type, [storage.ByteLength / ElementTypeInfo.Of(type).ByteSize]);
        var converted = new TensorStorage(new ConvertedByteSource(elements, target), storage.Location);
        return [.. views.Select(view => view.Over(converted, target, view.StorageOffset, view.Strides))];
    }
}
