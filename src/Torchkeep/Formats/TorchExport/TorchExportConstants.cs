using System.Collections.Frozen;

namespace Torchkeep.Formats.TorchExport;

/// <summary>Names and numbers of exported programs (torch/csrc/export/pt2_archive_constants.h, torch/_export/serde/schema.py).</summary>
internal static class TorchExportConstants
{
    internal const string FormatRecord = "archive_format";
    internal const string FormatValue = "pt2";
    internal const string ModelsFolder = "models/";
    internal const string ModelExtension = ".json";
    internal const string WeightsFolder = "data/weights/";
    internal const string WeightsConfig = "_weights_config.json";
    internal const string ConstantsFolder = "data/constants/";
    internal const string ConstantsConfig = "_constants_config.json";
    internal const string SampleInputsFolder = "data/sample_inputs/";
    internal const string SavedExtension = ".pt";

    /// <summary>What payloads that are not torch.save's are called.</summary>
    internal static readonly string[] ObjectPrefixes = ["custom_obj_", "opaque_obj_"];

    /// <summary>The names that paths of what lies beside the weights start with.</summary>
    internal const string ConstantsRoot = "constants";
    internal const string SampleInputsRoot = "sample_inputs";

    /// <summary>The three records of PyTorch 2.1 to 2.6, which have no folder; the first had another extension in 2.1.</summary>
    internal const string OldWeightsRecord = "serialized_state_dict";
    internal const string OldConstantsRecord = "serialized_constants";
    internal const string OldInputsRecord = "serialized_example_inputs";
    internal static readonly string[] OldExtensions = [".pt", ".json"];

    /// <summary>schema.py, Layout.Strided.</summary>
    internal const long Strided = 7;

    /// <summary>schema.py, ScalarType: not the numbers of c10.</summary>
    internal static readonly FrozenDictionary<long, ElementType> Types = new Dictionary<long, ElementType>
    {
        [1] = ElementType.UInt8,
        [2] = ElementType.Int8,
        [3] = ElementType.Int16,
        [4] = ElementType.Int32,
        [5] = ElementType.Int64,
        [6] = ElementType.Float16,
        [7] = ElementType.Float32,
        [8] = ElementType.Float64,
        [9] = ElementType.Complex32,
        [10] = ElementType.Complex64,
        [11] = ElementType.Complex128,
        [12] = ElementType.Bool,
        [13] = ElementType.BFloat16,
        [28] = ElementType.UInt16,
        [29] = ElementType.Float8E4M3Fn,
        [30] = ElementType.Float8E5M2,
        [31] = ElementType.Float8E4M3FnUz,
        [32] = ElementType.Float8E5M2FnUz,
        [33] = ElementType.Float8E8M0Fnu,
        [34] = ElementType.UInt32,
        [35] = ElementType.UInt64,
    }.ToFrozenDictionary();
}
