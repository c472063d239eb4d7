namespace Torchkeep.Benchmarks.Table;

/// <summary>The numbers to reach.</summary>
internal static class Rows
{
    /// <summary>The job that is a whole process of the tool, and of Python.</summary>
    internal const string Tool = "tool-inspect-big";

    internal const string PythonProcess = "torch-process-big";

    private const int MebibytesMore = 64;

    internal static readonly Row[] All =
    [
        new("open 2 GiB, list", ["torch-open-big", "safetensors-open-big", "core-open-big"], "safetensors-open-big", 1),
        new("the same of safetensors", ["safetensors-open-big", "core-safetensors-open-big"], "safetensors-open-big", 1),
        new("open 20,000 tensors, list", ["torch-open-small", "safetensors-open-small", "core-open-small"], "torch-open-small", 1 / 40d),
        new("20,000 tensors of TorchSharp", ["torch-open-small", "safetensors-tensors-small", "adapter-tensors-small"], "torch-open-small", 1 / 8d),
        new("load 2 GiB into fresh memory", ["torch-load-big", "raw-load-big", "adapter-load-big"], "torch-load-big", 1 / 2d),
        new("map 2 GiB, touch every page", ["torch-touch-big", "safetensors-touch-big", "core-touch-big"], "safetensors-touch-big", 1),
        new("the same as tensors of TorchSharp", ["torch-touch-big", "safetensors-touch-big", "adapter-touch-big"], "safetensors-touch-big", 1),
        new("ResNet-50 into a model", ["torch-into-resnet50", "safetensors-into-resnet50", "adapter-into-resnet50"], "safetensors-into-resnet50", 1),
        new("save 2 GiB", ["torch-save-big", "safetensors-save-big", "raw-save-big", "adapter-save-big"], "raw-save-big", 1.1),
        new("save 2 GiB, flushed", ["raw-save-big-flushed", "adapter-save-big-flushed"], "raw-save-big-flushed", 1.1),
        new("stall of a background save of 2 GiB", ["adapter-save-big-flushed", "adapter-background-save-big"], "adapter-save-big-flushed", 1),
        new("save ResNet-50", ["torch-save-resnet50", "safetensors-save-resnet50", "raw-save-resnet50", "adapter-save-resnet50"], "raw-save-resnet50", 1.1),
        new("save ResNet-50, flushed", ["raw-save-resnet50-flushed", "adapter-save-resnet50-flushed"], "raw-save-resnet50-flushed", 1.1),
        new("memory beyond the model, 2 GiB into it", ["torch-into-big", "adapter-into-big"], null, MebibytesMore),
        new("memory beyond the model, 2 GiB saved", ["torch-save-big", "safetensors-save-big", "adapter-save-big"], null, MebibytesMore),
        new("one tensor of 2 GiB", ["torch-part-big", "safetensors-part-big", "core-part-big"], "torch-part-big", 1),
        new("torchkeep inspect, 2 GiB, whole process", [PythonProcess, Tool], PythonProcess, 1 / 20d),
    ];
}
