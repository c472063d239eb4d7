using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Torchkeep.Interop.Tests.Modules.Models;

/// <summary>torchvision/models/resnet.py, BasicBlock.</summary>
internal sealed class BasicBlock : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly ReLU relu;
    private readonly Conv2d conv2;
    private readonly BatchNorm2d bn2;
    private readonly Sequential? downsample;

    internal BasicBlock(long inplanes, long planes, long stride)
        : base(nameof(BasicBlock))
    {
        conv1 = nn.Conv2d(inplanes, planes, 3, stride: stride, padding: 1, bias: false);
        bn1 = nn.BatchNorm2d(planes);
        relu = nn.ReLU();
        conv2 = nn.Conv2d(planes, planes, 3, padding: 1, bias: false);
        bn2 = nn.BatchNorm2d(planes);
        downsample = stride == 1 ? null : nn.Sequential(nn.Conv2d(inplanes, planes, 1, stride: stride, bias: false), nn.BatchNorm2d(planes));
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        var inner = bn2.call(conv2.call(relu.call(bn1.call(conv1.call(input)))));
        return relu.call(inner + (downsample?.call(input) ?? input));
    }
}
