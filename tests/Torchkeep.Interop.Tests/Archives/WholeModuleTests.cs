using Torchkeep.Interop.Tests.PyTorch;

namespace Torchkeep.Interop.Tests.Archives;

/// <summary>The state_dict that is found in a whole module is the one that the module gave before it was saved.</summary>
public sealed class WholeModuleTests
{
    private static readonly string[] _families =
    [
        "alexnet", "convnext_tiny", "densenet121", "efficientnet_b0", "efficientnet_v2_s", "fasterrcnn_mobilenet_v3_large_320_fpn",
        "googlenet", "inception_v3", "lraspp_mobilenet_v3_large", "maskrcnn_resnet50_fpn", "maxvit_t", "mnasnet0_5", "mobilenet_v2",
        "mobilenet_v3_small", "r3d_18", "regnet_y_400mf", "resnet18", "retinanet_resnet50_fpn", "shufflenet_v2_x0_5", "squeezenet1_0",
        "swin_t", "swin_v2_t", "vgg11_bn", "vit_b_16",
    ];

    private static readonly string[] _modules =
    [
        "odd", "data_parallel", "norms", "recurrent", "transformer", "containers", "weight_norm", "lazy", "empty", "traced", "observers", "double",
    ];

    public static TheoryData<string, string> Families => Rows(_families);

    public static TheoryData<string, string> Modules => Rows(_modules);

    [Theory]
    [MemberData(nameof(Families))]
    public void AModelOfTorchvisionGivesItsStateDict(string interpreter, string name) => Compare(interpreter, $"lines = archives.save_vision(path, '{name}')");

    [Theory]
    [MemberData(nameof(Modules))]
    public void AModuleOfAnyKindGivesItsStateDict(string interpreter, string name) => Compare(interpreter, $"lines = archives.save_module(path, '{name}')");

    private static void Compare(string interpreter, string code)
    {
        var judge = Judge.Named(interpreter);
        using var folder = judge.NewFolder();
        var expected = ArchiveJudge.Run(judge, folder, code);

        using var checkpoint = Checkpoint.Open(folder["model.pt"]);

        Same.Lines(expected, ArchiveJudge.Describe(checkpoint.FindStateDict()));
    }

    private static TheoryData<string, string> Rows(string[] names) =>
    [
        .. from interpreter in Interpreters.Names
           from name in names
           select new TheoryDataRow<string, string>(interpreter, name),
    ];
}
