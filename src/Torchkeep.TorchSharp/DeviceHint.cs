namespace Torchkeep;

/// <summary>What is said of tensors that were saved on a device which is not here.</summary>
internal static class DeviceHint
{
    // PyTorch's device types (c10/core/DeviceType.h) beside the CPU and CUDA.
    private static readonly Dictionary<string, string> _kinds = new(StringComparer.OrdinalIgnoreCase)
    {
        ["xla"] = "a TPU or another device of torch_xla",
        ["mtia"] = "an accelerator of Meta (MTIA)",
        ["hpu"] = "a Gaudi accelerator of Intel",
        ["xpu"] = "a GPU of Intel",
        ["npu"] = "an Ascend accelerator of Huawei",
        ["mps"] = "a GPU of Apple",
        ["mlu"] = "an accelerator of Cambricon",
        ["musa"] = "a GPU of Moore Threads",
        ["hip"] = "a GPU of AMD",
        ["ipu"] = "an accelerator of Graphcore",
        ["ve"] = "a vector engine of NEC",
        ["vulkan"] = "a GPU by Vulkan",
        ["metal"] = "a GPU of Apple",
        ["opencl"] = "a device of OpenCL",
        ["ort"] = "a device of ONNX Runtime",
        ["maia"] = "an accelerator of Microsoft (Maia)",
        ["lazy"] = "a device of lazy tensors",
        ["fpga"] = "an FPGA",
        ["ideep"] = "a CPU with MKL-DNN",
        ["mkldnn"] = "a CPU with MKL-DNN",
        ["cuda"] = "a GPU of NVIDIA",
        ["privateuseone"] = "a device of an extension of PyTorch",
    };

    internal static string What(string tag) => _kinds.GetValueOrDefault(tag.Split(':')[0], "a device that TorchSharp does not know");

    /// <summary>What to write in place of the call that failed.</summary>
    internal static string For(string tag) =>
        $"load it with map_location: \"cpu\", or with map_location: new Dictionary<string, string> {{ [{CodePath.Literal(tag)}] = \"cpu\" }} for those on {tag} alone";
}
