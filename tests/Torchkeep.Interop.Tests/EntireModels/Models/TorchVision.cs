using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Torchkeep.Interop.Tests.EntireModels.Models;

/// <summary>The classes of torchvision.models that are not of torch.nn, a factory each.</summary>
internal static class TorchVision
{
    internal static ModuleRegistry Registry { get; } = new ModuleRegistry()
        .map("torchvision.models.alexnet.AlexNet", saved => new Classifier(saved))
        .map("torchvision.models.vgg.VGG", saved => new Classifier(saved))
        .map("torchvision.models.resnet.ResNet", saved => new ResNet(saved))
        .map("torchvision.models.resnet.BasicBlock", saved => new BasicBlock(saved))
        .map("torchvision.models.mobilenetv2.MobileNetV2", saved => new Classifier(saved))
        .map("torchvision.models.mobilenetv2.InvertedResidual", saved => new InvertedResidual(saved))
        .map("torchvision.ops.misc.Conv2dNormActivation", saved => saved.sequential())
        .map("torchvision.models.squeezenet.SqueezeNet", saved => new Classifier(saved))
        .map("torchvision.models.squeezenet.Fire", saved => new Fire(saved));

    /// <summary>Features, then perhaps a pool, then scores: what five of them are.</summary>
    private sealed class Classifier : nn.Module<Tensor, Tensor>
    {
        private readonly Sequential features;
        private readonly AdaptiveAvgPool2d? avgpool;
        private readonly Sequential classifier;
        private readonly bool _isMobile;
        private readonly bool _poolsLast;

        internal Classifier(SavedModule saved)
            : base(nameof(Classifier))
        {
            features = saved.child<Sequential>("features");
            avgpool = saved.children.ContainsKey("avgpool") ? saved.child<AdaptiveAvgPool2d>("avgpool") : null;
            classifier = saved.child<Sequential>("classifier");
            _isMobile = saved.class_name.EndsWith("MobileNetV2", StringComparison.Ordinal);
            _poolsLast = saved.class_name.EndsWith("SqueezeNet", StringComparison.Ordinal);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            var found = features.call(input);
            found = avgpool?.call(found) ?? (_isMobile ? nn.functional.adaptive_avg_pool2d(found, 1) : found);
            return _poolsLast ? classifier.call(found).flatten(1) : classifier.call(found.flatten(1));
        }
    }

    private sealed class ResNet : nn.Module<Tensor, Tensor>
    {
        private readonly Conv2d conv1;
        private readonly BatchNorm2d bn1;
        private readonly ReLU relu;
        private readonly MaxPool2d maxpool;
        private readonly Sequential layer1;
        private readonly Sequential layer2;
        private readonly Sequential layer3;
        private readonly Sequential layer4;
        private readonly AdaptiveAvgPool2d avgpool;
        private readonly Linear fc;

        internal ResNet(SavedModule saved)
            : base(nameof(ResNet))
        {
            conv1 = saved.child<Conv2d>("conv1");
            bn1 = saved.child<BatchNorm2d>("bn1");
            relu = saved.child<ReLU>("relu");
            maxpool = saved.child<MaxPool2d>("maxpool");
            layer1 = saved.child<Sequential>("layer1");
            layer2 = saved.child<Sequential>("layer2");
            layer3 = saved.child<Sequential>("layer3");
            layer4 = saved.child<Sequential>("layer4");
            avgpool = saved.child<AdaptiveAvgPool2d>("avgpool");
            fc = saved.child<Linear>("fc");
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            var stem = maxpool.call(relu.call(bn1.call(conv1.call(input))));
            return fc.call(avgpool.call(layer4.call(layer3.call(layer2.call(layer1.call(stem))))).flatten(1));
        }
    }

    private sealed class BasicBlock : nn.Module<Tensor, Tensor>
    {
        private readonly Conv2d conv1;
        private readonly BatchNorm2d bn1;
        private readonly ReLU relu;
        private readonly Conv2d conv2;
        private readonly BatchNorm2d bn2;
        private readonly Sequential? downsample;

        internal BasicBlock(SavedModule saved)
            : base(nameof(BasicBlock))
        {
            conv1 = saved.child<Conv2d>("conv1");
            bn1 = saved.child<BatchNorm2d>("bn1");
            relu = saved.child<ReLU>("relu");
            conv2 = saved.child<Conv2d>("conv2");
            bn2 = saved.child<BatchNorm2d>("bn2");
            downsample = saved.children.ContainsKey("downsample") ? saved.child<Sequential>("downsample") : null;
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) =>
            relu.call(bn2.call(conv2.call(relu.call(bn1.call(conv1.call(input))))) + (downsample?.call(input) ?? input));
    }

    private sealed class InvertedResidual : nn.Module<Tensor, Tensor>
    {
        private readonly Sequential conv;
        private readonly bool _adds;

        internal InvertedResidual(SavedModule saved)
            : base(nameof(InvertedResidual))
        {
            conv = saved.child<Sequential>("conv");
            _adds = saved["use_res_connect"].AsBoolean();
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => _adds ? input + conv.call(input) : conv.call(input);
    }

    private sealed class Fire : nn.Module<Tensor, Tensor>
    {
        private readonly Conv2d squeeze;
        private readonly Conv2d expand1x1;
        private readonly Conv2d expand3x3;

        internal Fire(SavedModule saved)
            : base(nameof(Fire))
        {
            squeeze = saved.child<Conv2d>("squeeze");
            expand1x1 = saved.child<Conv2d>("expand1x1");
            expand3x3 = saved.child<Conv2d>("expand3x3");
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            var squeezed = squeeze.call(input).relu();
            return cat([expand1x1.call(squeezed).relu(), expand3x3.call(squeezed).relu()], 1);
        }
    }
}
