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
}
