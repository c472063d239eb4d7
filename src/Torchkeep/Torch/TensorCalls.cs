using System.Collections.Immutable;

namespace Torchkeep.Torch;

/// <summary>
/// The call that PyTorch saves a tensor as, each kind in the form that the most versions load (torch/_tensor.py,
/// <c>_reduce_ex_internal</c>).
/// </summary>
internal static class TensorCalls
{
    /// <param name="tensor">The tensor.</param>
    /// <param name="view">The view that is saved for its own.</param>
    internal static (PyGlobal Callable, PyTuple Arguments) Of(PyTensor tensor, TensorView view)
    {
        var call = View(view, !tensor.IsParameter && tensor.RequiresGrad);
        return Wrap(call, tensor.RequiresGrad, tensor.IsParameter, tensor.State, tensor.Subclass);
    }

    internal static (PyGlobal Callable, PyTuple Arguments) Of(PyCompositeTensor tensor) => tensor switch
    {
        PyUninitializedTensor => (tensor.IsParameter ? TorchNames.UninitializedParameter : TorchNames.UninitializedBuffer, new(tensor.RequiresGrad)),
        PyNestedTensor { IsJagged: true } nested => FromType(Jagged(nested), tensor.Subclass ?? TorchNames.NestedTensor, tensor.State),
        _ => Wrap(Inner(tensor), tensor.RequiresGrad, tensor.IsParameter, tensor.State, tensor.Subclass),
    };

    private static (PyGlobal Callable, PyTuple Arguments) Wrap(
        (PyGlobal Callable, PyTuple Arguments) call, bool requiresGrad, bool isParameter, PyValue? state, PyGlobal? subclass)
    {
        if (!isParameter)
        {
            return state is null && subclass is null ? call : FromType(call, subclass ?? TorchNames.TensorClass, state);
        }

        PyObject plain = new(PyObjectKind.Call, call.Callable, call.Arguments);
        PyDict hooks = new(isOrdered: true);
        return subclass is not null ? FromType((TorchNames.RebuildParameter, new(plain, requiresGrad, hooks)), subclass, state)
            : state is null ? (TorchNames.RebuildParameter, new(plain, requiresGrad, hooks))
            : (TorchNames.RebuildParameterWithState, new(plain, requiresGrad, hooks, state));
    }

    private static (PyGlobal Callable, PyTuple Arguments) FromType((PyGlobal Callable, PyTuple Arguments) call, PyGlobal type, PyValue? state) =>
        (TorchNames.RebuildFromTypeV2, new(call.Callable, type, call.Arguments, state ?? PyNone.Value));

    private static (PyGlobal Callable, PyTuple Arguments) View(TensorView view, bool requiresGrad)
    {
        var info = ElementTypeInfo.Of(view.ElementType);
        if (view.Storage.IsImplied)
        {
            return (TorchNames.RebuildMetaTensorNoStorage, new(Dtype(info), Numbers(view.Shape), Numbers(view.Strides), requiresGrad));
        }

        var isUntyped = info.StorageClass is null;
        List<PyValue> arguments =
        [
            new PyStorage(view.Storage, isUntyped ? null : view.ElementType) { Viewed = view.ElementType },
            view.StorageOffset,
            Numbers(view.Shape),
            Numbers(view.Strides),
            requiresGrad,
            new PyDict(isOrdered: true),
        ];
        if (isUntyped)
        {
            arguments.Add(Dtype(info));
        }

        // The seventh argument that PyTorch 1.13 does not know is there only when it says something.
        if (view.IsConjugated || view.IsNegated)
        {
            arguments.Add(Bits(view));
        }

        return (isUntyped ? TorchNames.RebuildTensorV3 : TorchNames.RebuildTensorV2, new([.. arguments]));
    }

    private static PyDict Bits(TensorView view)
    {
        var bits = new PyDict();
        if (view.IsConjugated)
        {
            bits.Add("conj", true);
        }

        if (view.IsNegated)
        {
            bits.Add("neg", true);
        }

        return bits;
    }

    private static (PyGlobal Callable, PyTuple Arguments) Inner(PyCompositeTensor tensor) => tensor switch
    {
        PySparseTensor sparse => (TorchNames.RebuildSparseTensor, new(LayoutCall(sparse.Layout), Sparse(sparse))),
        PyQuantizedTensor quantized => (TorchNames.RebuildQTensor, Quantized(quantized)),
        PyNestedTensor nested => (TorchNames.RebuildNestedTensor, new(nested.Values, nested.Sizes!, nested.Strides!, nested.Offsets)),
        PyWrapperTensor wrapper => (TorchNames.RebuildWrapperSubclass, wrapper.Arguments),
        _ => throw new UnsupportedCheckpointException($"a value of kind {tensor.TypeName} cannot be saved"),
    };

    // PyTorch 1.13 takes no fourth item for is_coalesced, and both take three.
    private static PyTuple Sparse(PySparseTensor sparse)
    {
        PyObject size = new(PyObjectKind.Call, TorchNames.Size, new(Numbers(sparse.Shape)));
        return sparse.Indices is { } indices
            ? new(indices, sparse.Values, size)
            : new(sparse.CompressedIndices!, sparse.PlainIndices!, sparse.Values, size);
    }

    private static PyTuple Quantized(PyQuantizedTensor tensor)
    {
        var view = tensor.Integers;
        var isPacked = !view.Shape.SequenceEqual(tensor.Shape);
        var strides = isPacked ? Tensors.TensorLayout.RowMajorStrides(tensor.Shape.AsSpan()) : view.Strides;

        // Of float scales and zero points PyTorch itself gives the name of the plain scheme.
        PyTuple parameters = tensor.Scales is null
            ? new(TorchNames.PerTensorAffine, tensor.Scale, tensor.ZeroPoint)
            : new(TorchNames.PerChannelAffine, tensor.Scales, tensor.ZeroPoints!, tensor.Axis);
        return new(
            new PyStorage(view.Storage, view.ElementType),
            view.StorageOffset,
            Numbers(tensor.Shape),
            Numbers(strides),
            parameters,
            !tensor.IsParameter && tensor.RequiresGrad,
            new PyDict(isOrdered: true));
    }

    private static (PyGlobal Callable, PyTuple Arguments) Jagged(PyNestedTensor nested)
    {
        PyDict made = new()
        {
            ["values"] = nested.Values,
            ["offsets"] = nested.Offsets,
            ["lengths"] = (PyValue?)nested.Lengths ?? PyNone.Value,
            ["_ragged_idx"] = nested.RaggedIndex,
            ["_metadata_cache"] = new PyDict(),
            ["requires_grad"] = nested.RequiresGrad,
        };
        return (TorchNames.RebuildNjt, nested.Arguments ?? new(made));
    }

    private static PyObject LayoutCall(string name) => new(PyObjectKind.Call, TorchNames.GetLayout, new(name));

    private static PyGlobal Dtype(ElementTypeInfo info) => new("torch", info.Name);

    private static PyTuple Numbers(ImmutableArray<long> numbers) =>
        numbers.IsEmpty ? PyTuple.Empty : new([.. numbers.Select(number => (PyValue)number)]);
}
