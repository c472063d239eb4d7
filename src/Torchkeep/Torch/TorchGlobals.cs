using System.Collections.Frozen;
using Torchkeep.Torch.Rebuild;

namespace Torchkeep.Torch;

/// <summary>
/// The allow-list: the few names whose call stands for plain data or a tensor. A builder returns null for a form it
/// does not know, and the call stays a record, as that of every other name does.
/// </summary>
internal static class TorchGlobals
{
    internal delegate PyValue? Builder(TorchPickleHost host, PyTuple arguments);

    internal static readonly FrozenDictionary<PyGlobal, Builder> Builders = new Dictionary<PyGlobal, Builder>
    {
        [TorchNames.RebuildTensor] = RebuildTensor.Build,
        [TorchNames.RebuildTensorV2] = RebuildTensor.BuildV2,
        [TorchNames.RebuildTensorV3] = RebuildTensor.BuildV3,
        [TorchNames.RebuildParameter] = RebuildParameter.Build,
        [TorchNames.RebuildParameterWithState] = RebuildParameter.BuildWithState,
        [TorchNames.RebuildFromTypeV2] = RebuildFromType.Build,
        [TorchNames.RebuildFromType] = RebuildFromType.Build,
        [TorchNames.RebuildSparseTensor] = RebuildSparse.Build,
        [TorchNames.RebuildSparseCsrTensor] = RebuildSparse.Build,
        [TorchNames.RebuildQTensor] = RebuildQuantized.Build,
        [TorchNames.RebuildNestedTensor] = RebuildNested.Build,
        [TorchNames.RebuildNjt] = RebuildNested.BuildJagged,
        [TorchNames.RebuildMetaTensorNoStorage] = RebuildMeta.Build,
        [TorchNames.RebuildWrapperSubclass] = RebuildWrapper.Build,
        [TorchNames.RebuildDeviceTensorFromNumpy] = RebuildDevice.FromNumpy,
        [TorchNames.RebuildXlaTensor] = RebuildDevice.FromNumpy,
        [TorchNames.RebuildDeviceTensorFromCpuTensor] = RebuildDevice.FromCpu,
        [TorchNames.UninitializedParameter] = RebuildUninitialized.Parameter,
        [TorchNames.UninitializedBuffer] = RebuildUninitialized.Buffer,
        [TorchNames.ParameterClass] = RebuildVariable.Parameter,
        [TorchNames.Variable] = RebuildVariable.Build,
        [TorchNames.TensorClass] = RebuildTensorClass.Tensor,
        [TorchNames.BuildIntList] = RebuildScriptContainer.List,
        [TorchNames.BuildDoubleList] = RebuildScriptContainer.List,
        [TorchNames.BuildBoolList] = RebuildScriptContainer.List,
        [TorchNames.BuildTensorList] = RebuildScriptContainer.List,
        [TorchNames.RestoreTypeTag] = RebuildScriptContainer.Tagged,
        [TorchNames.OrderedDict] = RebuildPlain.OrderedDict,
        [TorchNames.Encode] = RebuildPlain.EncodedBytes,
        [TorchNames.Bytes] = RebuildPlain.Bytes,
        [TorchNames.ByteArray] = RebuildPlain.ByteArray,
        [TorchNames.Set] = RebuildPlain.Set,
        [TorchNames.FrozenSet] = RebuildPlain.FrozenSet,
        [TorchNames.Complex] = RebuildPlain.Complex,
        [TorchNames.NewObjEx] = RebuildPlain.NewObjEx,
    }.Concat(RebuildTensorClass.Builders).ToFrozenDictionary();

    /// <summary>Whether a call is one that wraps another.</summary>
    internal static bool IsFromType(PyGlobal function) => TorchNames.ToPython3(function) is var name && (name.Equals(TorchNames.RebuildFromTypeV2) || name.Equals(TorchNames.RebuildFromType));

    /// <summary>The same for objects that are made by NEWOBJ: tensors of before PyTorch 0.4.</summary>
    internal static readonly FrozenDictionary<PyGlobal, Builder> NewBuilders = new Dictionary<PyGlobal, Builder>
    {
        [TorchNames.ParameterClass] = RebuildVariable.Parameter,
        [TorchNames.Variable] = RebuildVariable.Build,
        [TorchNames.TensorClass] = RebuildTensorClass.Tensor,
        [TorchNames.XlaTensorReference] = RebuildReference.Build,
    }.Concat(RebuildTensorClass.Builders).ToFrozenDictionary();
}
