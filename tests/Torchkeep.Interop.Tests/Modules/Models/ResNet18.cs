using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Torchkeep.Interop.Tests.Modules.Models;

/// <summary>torchvision.models.resnet18.</summary>
internal sealed class ResNet18 : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d conv1 = nn.Conv2d(3, 64, 7, stride: 2, padding: 3, bias: false);
    private readonly BatchNorm2d bn1 = nn.BatchNorm2d(64);
    private readonly ReLU relu = nn.ReLU();
    private readonly MaxPool2d maxpool = nn.MaxPool2d(3, stride: 2, padding: 1);
    private readonly Sequential layer1 = Layer(64, 64, stride: 1);
    private readonly Sequential layer2 = Layer(64, 128, stride: 2);
    private readonly Sequential layer3 = Layer(128, 256, stride: 2);
    private readonly Sequential layer4 = Layer(256, 512, stride: 2);
    private readonly AdaptiveAvgPool2d avgpool = nn.AdaptiveAvgPool2d(1);
    private readonly Linear fc = nn.Linear(512, 1000);

    internal ResNet18()
        : base(nameof(ResNet18)) => RegisterComponents();

    public override Tensor forward(Tensor input)
    {
        var stem = maxpool.call(relu.call(bn1.call(conv1.call(input))));
        var features = layer4.call(layer3.call(layer2.call(layer1.call(stem))));
        return fc.call(avgpool.call(features).flatten(1));
    }

    private static Sequential Layer(long inplanes, long planes, long stride) =>
        nn.Sequential(new BasicBlock(inplanes, planes, stride), new BasicBlock(planes, planes, stride: 1));
}
