using System.Collections.Immutable;

namespace Torchkeep.Torch.Rebuild;

/// <summary>Quantized tensors (torch/_utils.py, <c>_rebuild_qtensor</c>).</summary>
internal static class RebuildQuantized
{
    internal static PyValue? Build(TorchPickleHost host, PyTuple arguments)
    {
        // At first scale and zero point stood where the scheme with them does since (torch/_utils.py of 2019).
        if (arguments.Items is [var storage8, var offset8, var size8, var stride8, PyFloat or PyInt, PyInt, PyBool requiresGrad8, var hooks8])
        {
            arguments = new(storage8, offset8, size8, stride8, new PyTuple(TorchNames.PerTensorAffine, arguments.Items[4], arguments.Items[5]), requiresGrad8, hooks8);
        }

        if (arguments.Items is not [PyStorage { ElementType: { } type } storage, PyInt offset, var size, var stride, PyTuple parameters, PyBool requiresGrad, _])
        {
            return null;
        }

        var sizes = RebuildArguments.Numbers(size);
        var shape = sizes.AsSpan();
        if (PyQuantizedTensor.ValuesPerByte(type) is > 1 and var packed)
        {
            // PyTorch has no views of numbers that share a byte.
            var length = PyQuantizedTensor.PackedLength(shape, packed);
            return RebuildArguments.Int64(offset) == 0 ? Build(View(host, storage, type, 0, [length], [1]), parameters, requiresGrad.Value, sizes) : null;
        }

        var view = View(host, storage, type, RebuildArguments.Int64(offset), shape, RebuildArguments.Numbers(stride).AsSpan());
        return Build(view, parameters, requiresGrad.Value, []);
    }

    private static TensorView View(TorchPickleHost host, PyStorage storage, ElementType type, long offset, ReadOnlySpan<long> shape, ReadOnlySpan<long> strides) =>
        new(storage.Storage, type, offset, ImmutableArray.Create(shape), ImmutableArray.Create(strides)) { Names = host.Names, MaxExpandedBytes = host.Limits.MaxExpandedBytes, Budget = host.Budget };

    private static PyQuantizedTensor? Build(TensorView view, PyTuple parameters, bool requiresGrad, ImmutableArray<long> shape) => parameters.Items switch
    {
        [PyGlobal scheme, PyFloat or PyInt, PyInt zeroPoint] when scheme.Equals(TorchNames.PerTensorAffine) =>
            RebuildArguments.Make(() => new PyQuantizedTensor(view, parameters.Items[1].AsDouble(), RebuildArguments.Int64(zeroPoint), shape.AsSpan()) { RequiresGrad = requiresGrad }),
        [PyGlobal scheme, var scales, var zeroPoints, PyInt axis] when scheme.Equals(TorchNames.PerChannelAffine) || scheme.Equals(TorchNames.PerChannelAffineFloat) =>
            Tensor(scales, scheme) is { } scaleTensor && Tensor(zeroPoints, scheme, isInteger: true) is { } zeroTensor
                ? RebuildArguments.Make(() => new PyQuantizedTensor(view, scaleTensor, zeroTensor, (int)Math.Clamp(RebuildArguments.Int64(axis), -1, int.MaxValue), shape.AsSpan()) { RequiresGrad = requiresGrad })
                : null,
        _ => null,
    };

    // Lists of numbers are those of PyTorch 1.2 and before.
    private static PyTensor? Tensor(PyValue value, PyGlobal scheme, bool isInteger = false)
    {
        if (value is PyTensor tensor)
        {
            return tensor;
        }

        if (value is not PyList list || !list.Items.All(item => item is PyInt || (item is PyFloat && !isInteger)))
        {
            return null;
        }

        return scheme.Equals(TorchNames.PerChannelAffineFloat)
            ? new(TensorView.FromArray([.. list.Items.Select(item => (float)item.AsDouble())], ElementType.Float32, list.Items.Count))
            : isInteger
                ? new(TensorView.FromArray([.. list.Items.Select(RebuildArguments.Int64)], ElementType.Int64, list.Items.Count))
                : new(TensorView.FromArray([.. list.Items.Select(item => item.AsDouble())], ElementType.Float64, list.Items.Count));
    }
}
