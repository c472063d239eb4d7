using System.Collections.Frozen;

namespace Torchkeep.Torch;

/// <summary>The Python names that a torch pickle is made of, each with the PyTorch file that defines it.</summary>
internal static class TorchNames
{
    /// <summary>First item of a storage's persistent id (torch/serialization.py, persistent_id).</summary>
    internal const string StorageTag = "storage";

    /// <summary>First item of the persistent id of a module's class (torch/serialization.py, _legacy_save).</summary>
    internal const string ModuleTag = "module";

    /// <summary>Device tag of tensors without bytes (torch/serialization.py, _meta_tag).</summary>
    internal const string MetaLocation = "meta";

    /// <summary>Attribute of a state_dict with the modules' versions (torch/nn/modules/module.py, state_dict).</summary>
    internal const string Metadata = "_metadata";

    /// <summary>What the names of all TorchScript classes start with.</summary>
    internal const string ScriptClasses = "__torch__";

    /// <summary>Class of storages whose dtype is given elsewhere (torch/storage.py).</summary>
    internal const string UntypedStorage = "UntypedStorage";

    internal static readonly PyGlobal UntypedStorageGlobal = new("torch.storage", UntypedStorage);

    // torch/_utils.py
    internal static readonly PyGlobal RebuildTensor = new("torch._utils", "_rebuild_tensor");
    internal static readonly PyGlobal RebuildTensorV2 = new("torch._utils", "_rebuild_tensor_v2");
    internal static readonly PyGlobal RebuildTensorV3 = new("torch._utils", "_rebuild_tensor_v3");
    internal static readonly PyGlobal RebuildParameter = new("torch._utils", "_rebuild_parameter");
    internal static readonly PyGlobal RebuildParameterWithState = new("torch._utils", "_rebuild_parameter_with_state");
    internal static readonly PyGlobal RebuildSparseTensor = new("torch._utils", "_rebuild_sparse_tensor");
    internal static readonly PyGlobal RebuildSparseCsrTensor = new("torch._utils", "_rebuild_sparse_csr_tensor");
    internal static readonly PyGlobal RebuildQTensor = new("torch._utils", "_rebuild_qtensor");
    internal static readonly PyGlobal RebuildNestedTensor = new("torch._utils", "_rebuild_nested_tensor");
    internal static readonly PyGlobal RebuildMetaTensorNoStorage = new("torch._utils", "_rebuild_meta_tensor_no_storage");
    internal static readonly PyGlobal RebuildWrapperSubclass = new("torch._utils", "_rebuild_wrapper_subclass");
    internal static readonly PyGlobal RebuildDeviceTensorFromNumpy = new("torch._utils", "_rebuild_device_tensor_from_numpy");
    internal static readonly PyGlobal RebuildDeviceTensorFromCpuTensor = new("torch._utils", "_rebuild_device_tensor_from_cpu_tensor");
    internal static readonly PyGlobal RebuildXlaTensor = new("torch._utils", "_rebuild_xla_tensor");

    // torch/_tensor.py
    internal static readonly PyGlobal RebuildFromTypeV2 = new("torch._tensor", "_rebuild_from_type_v2");
    internal static readonly PyGlobal RebuildFromType = new("torch._tensor", "_rebuild_from_type");
    internal static readonly PyGlobal TensorClass = new("torch", "Tensor");

    // torch/nn/parameter.py, torch/autograd/variable.py
    internal static readonly PyGlobal ParameterClass = new("torch.nn.parameter", "Parameter");
    internal static readonly PyGlobal UninitializedParameter = new("torch.nn.parameter", "UninitializedParameter");
    internal static readonly PyGlobal UninitializedBuffer = new("torch.nn.parameter", "UninitializedBuffer");
    internal static readonly PyGlobal Variable = new("torch.autograd.variable", "Variable");

    /// <summary>What wraps a tensor, its first argument, into a Parameter.</summary>
    internal static readonly FrozenSet<PyGlobal> AreParameters = [ParameterClass, Variable, RebuildParameter, RebuildParameterWithState];

    // torch/nested/_internal/nested_tensor.py
    internal static readonly PyGlobal RebuildNjt = new("torch.nested._internal.nested_tensor", "_rebuild_njt");
    internal static readonly PyGlobal NestedTensor = new("torch.nested._internal.nested_tensor", "NestedTensor");

    // torch/serialization.py, torch/_C
    internal static readonly PyGlobal GetLayout = new("torch.serialization", "_get_layout");
    internal static readonly PyGlobal Size = new("torch", "Size");
    internal static readonly PyGlobal Device = new("torch", "device");
    internal static readonly PyGlobal PerTensorAffine = new("torch", "per_tensor_affine");
    internal static readonly PyGlobal PerChannelAffine = new("torch", "per_channel_affine");
    internal static readonly PyGlobal PerChannelAffineFloat = new("torch", "per_channel_affine_float_qparams");

    // torch_utils/persistence.py of StyleGAN2-ADA and StyleGAN3: an object whose class's source is in the pickle beside its state
    internal static readonly PyGlobal ReconstructPersistent = new("torch_utils.persistence", "_reconstruct_persistent_obj");

    // torch_xla/utils/serialization.py: the place of a tensor that lies in a file of its own
    internal static readonly PyGlobal XlaTensorReference = new("torch_xla.utils.serialization", "TensorReference");

    // torch/jit/_pickle.py: TorchScript's lists and dictionaries, which it marks with their types
    internal static readonly PyGlobal BuildIntList = new("torch.jit._pickle", "build_intlist");
    internal static readonly PyGlobal BuildDoubleList = new("torch.jit._pickle", "build_doublelist");
    internal static readonly PyGlobal BuildBoolList = new("torch.jit._pickle", "build_boollist");
    internal static readonly PyGlobal BuildTensorList = new("torch.jit._pickle", "build_tensorlist");
    internal static readonly PyGlobal RestoreTypeTag = new("torch.jit._pickle", "restore_type_tag");

    // Python's own
    internal static readonly PyGlobal OrderedDict = new("collections", "OrderedDict");
    internal static readonly PyGlobal Encode = new("_codecs", "encode");
    internal static readonly PyGlobal Bytes = new("builtins", "bytes");
    internal static readonly PyGlobal ByteArray = new("builtins", "bytearray");
    internal static readonly PyGlobal Set = new("builtins", "set");
    internal static readonly PyGlobal FrozenSet = new("builtins", "frozenset");
    internal static readonly PyGlobal Complex = new("builtins", "complex");
    internal static readonly PyGlobal NewObjEx = new("copyreg", "__newobj_ex__");

    /// <summary>Whether what a name makes is a tensor, of whatever layout or subclass.</summary>
    internal static bool IsTensorCall(PyGlobal name) =>
        AreParameters.Contains(name)
        || (name.Module is "torch._utils" or "torch._tensor" or "torch.tensor" && name.Name.StartsWith("_rebuild_", StringComparison.Ordinal))
        || (name.Module == ParameterClass.Module && name.Name is "Buffer" or "UninitializedParameter" or "UninitializedBuffer");

    /// <summary>The name that Python 3 gives to what a protocol 2 pickle may spell as Python 2 does (Lib/_compat_pickle.py).</summary>
    internal static PyGlobal ToPython3(PyGlobal name) => name.Module switch
    {
        "__builtin__" => new("builtins", name.Name),
        "copy_reg" => new("copyreg", name.Name),
        "torch.tensor" => new("torch._tensor", name.Name),
        _ => name,
    };

    /// <summary>The reverse: how a protocol 2 pickle spells Python 3's names.</summary>
    internal static PyGlobal ToPython2(PyGlobal name) => name.Module switch
    {
        "builtins" => new("__builtin__", name.Name),
        "copyreg" => new("copy_reg", name.Name),
        _ => name,
    };
}
