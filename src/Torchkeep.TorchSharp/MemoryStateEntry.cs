using static TorchSharp.torch;

namespace Torchkeep;

/// <summary>An entry that is a TorchSharp tensor.</summary>
internal sealed class MemoryStateEntry(Tensor tensor) : StateEntry
{
    internal override ReadOnlySpan<long> Shape => tensor.shape;

    internal override ScalarType ScalarType => tensor.dtype;

    internal override long Bytes => tensor.numel() * tensor.element_size();

    internal override Device Device => tensor.device;

    internal override string? Problem =>
        tensor.is_meta ? "Cannot copy out of meta tensor; no data!"
        : tensor.is_sparse ? "a sparse tensor cannot be loaded; make it dense with to_dense() first"
        : tensor.is_quantized() ? "a quantized tensor cannot be loaded; dequantize it first"
        : null;

    internal override void CopyTo(Tensor destination)
    {
        using var source = tensor.reshape(destination.shape);
        _ = destination.copy_(source);
    }

    internal override Tensor ToTensor() => tensor;
}
