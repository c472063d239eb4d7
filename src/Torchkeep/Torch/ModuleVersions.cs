using System.Collections.Frozen;

namespace Torchkeep.Torch;

/// <summary>
/// The <c>_version</c> of PyTorch's and torchvision's classes, which is an attribute of the class and so not in the file.
/// It is 1 where a class says nothing (torch/nn/modules/module.py). Where a class once had an older one, what the newer
/// brought tells them apart.
/// </summary>
internal static class ModuleVersions
{
    private const long Default = 1;

    // torch/nn/modules/batchnorm.py: version 2 brought this buffer, which may be None.
    private const string BatchCount = "num_batches_tracked";

    // A class, its version, and the way through the children to one that only modules of that version have.
    private static readonly FrozenDictionary<PyGlobal, (long Version, string[] Child)> _versions = new Dictionary<PyGlobal, (long, string[])>
    {
        [new("torchvision.models._utils", "IntermediateLayerGetter")] = (2, []),
        [new("torchvision.models.densenet", "_DenseBlock")] = (2, []),
        [new("torchvision.models.mnasnet", "MNASNet")] = (2, []),
        [new("torchvision.models.quantization.mobilenetv3", "QuantizableSqueezeExcitation")] = (2, []),
        [new("torchvision.models.vision_transformer", "MLPBlock")] = (2, ["0"]),
        [new("torchvision.models.detection.mask_rcnn", "MaskRCNNHeads")] = (2, ["0"]),
        [new("torchvision.models.detection.retinanet", "RetinaNetClassificationHead")] = (2, ["conv", "0", "0"]),
        [new("torchvision.models.detection.retinanet", "RetinaNetRegressionHead")] = (2, ["conv", "0", "0"]),
        [new("torchvision.models.detection.rpn", "RPNHead")] = (2, ["conv", "0"]),
        [new("torchvision.ops.feature_pyramid_network", "FeaturePyramidNetwork")] = (2, ["inner_blocks", "0", "0"]),

        // Under these modules' names the classes have had no older version.
        [new("torch.ao.quantization.observer", "HistogramObserver")] = (3, []),
        [new("torch.ao.quantization.observer", "MinMaxObserver")] = (3, []),
        [new("torch.ao.quantization.observer", "MovingAverageMinMaxObserver")] = (3, []),
        [new("torch.ao.quantization.observer", "MovingAveragePerChannelMinMaxObserver")] = (3, []),
        [new("torch.ao.quantization.observer", "PerChannelMinMaxObserver")] = (3, []),
        [new("torch.ao.nn.intrinsic.qat.modules.conv_fused", "ConvBn1d")] = (2, []),
        [new("torch.ao.nn.intrinsic.qat.modules.conv_fused", "ConvBn2d")] = (2, []),
        [new("torch.ao.nn.intrinsic.qat.modules.conv_fused", "ConvBn3d")] = (2, []),
        [new("torch.ao.nn.intrinsic.qat.modules.conv_fused", "ConvBnReLU1d")] = (2, []),
        [new("torch.ao.nn.intrinsic.qat.modules.conv_fused", "ConvBnReLU2d")] = (2, []),
        [new("torch.ao.nn.intrinsic.qat.modules.conv_fused", "ConvBnReLU3d")] = (2, []),
    }.ToFrozenDictionary();

    /// <param name="type">The module's class, where the file names one.</param>
    /// <param name="buffers">Its buffers, those that are None too.</param>
    /// <param name="hasChild">Whether it has a module at the end of such a way.</param>
    internal static long Of(PyGlobal? type, PyDict buffers, Func<IReadOnlyList<string>, bool> hasChild)
    {
        // A norm, also one of a class derived from PyTorch's, which has inherited the version.
        if (buffers.TryGet(BatchCount, out _))
        {
            return 2;
        }

        return type is not null && _versions.TryGetValue(type, out var row) && hasChild(row.Child) ? row.Version : Default;
    }
}
