using Torchkeep.Torch;

namespace Torchkeep.Formats.TorchScript;

/// <summary>Names in TorchScript archives (torch/csrc/jit/serialization/export_module.cpp, import.cpp, import_legacy.cpp).</summary>
internal static class TorchScriptConstants
{
    /// <summary>What all code is in, and what only TorchScript archives have.</summary>
    internal const string ConstantsRecord = "constants.pkl";

    internal const string ConstantsFolder = "constants/";

    /// <summary>The name that paths of constants start with.</summary>
    internal const string ConstantsRoot = "constants";

    /// <summary>What the names of classes without code start with (torch/custom_class.h).</summary>
    internal const string NativeClasses = $"{TorchNames.ScriptClasses}.torch.classes";

    internal const string CodeFolder = "code/";
    internal const string CodeExtension = ".py";

    /// <summary>The description of archives before PyTorch 1.4.</summary>
    internal const string ModelRecord = "model.json";

    /// <summary>The values of its modules' attributes, since protoVersion 2.</summary>
    internal const string AttributesRecord = "attributes.pkl";

    /// <summary>The key under which the object of such an archive has its tensors.</summary>
    internal const string ModelTensors = "model.json tensors";
}
