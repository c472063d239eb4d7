#region core-usings
using System.Numerics.Tensors;
using Torchkeep;
#endregion

namespace PublicApi.Tests.Snippets;

/// <summary>The core alone.</summary>
public sealed class WithoutTorchSharp : Sandbox
{
    [Fact]
    public void WeightsAreSavedAndRead()
    {
        #region core-save
        var state = new PyDict(isOrdered: true)
        {
            { "fc.weight", TensorView.FromArray(new float[] { 1, 2, 3, 4, 5, 6 }, ElementType.Float32, 2, 3) },
            { "fc.bias", TensorView.FromArray(new float[] { 0.5f, -0.5f }, ElementType.Float32, 2) },
        };
        Checkpoint.Save(state, "model.pth");
        #endregion

        #region core-read
        using var checkpoint = Checkpoint.Open("model.pth");
        foreach (var tensor in checkpoint.Tensors)
        {
            Console.WriteLine($"{tensor.Name}: {tensor.View}");
        }

        ReadOnlyTensorSpan<float> weight = checkpoint.FindTensor("fc.weight").ReadSpan<float>();
        float[] bias = checkpoint.FindTensor("fc.bias").ToArray<float>();
        Console.WriteLine($"{weight[1, 2]} {bias[0]}");
        #endregion

        Assert.Equal(["fc.weight: torch.float32 [2, 3]", "fc.bias: torch.float32 [2]", "6 0.5"], Written);
    }

    [Fact]
    public void AnythingInAFileCanBeLookedAt()
    {
        Checkpoint.Save(new PyDict { { "epoch", 7 }, { "betas", new PyTuple(0.9, 0.999) } }, "run.pt");

        #region core-walk
        using var checkpoint = Checkpoint.Open("run.pt");
        Console.WriteLine(checkpoint["epoch"].AsInt64());
        foreach (var entry in checkpoint.Walk())
        {
            Console.WriteLine($"{entry.Path} {entry.Value}");
        }
        #endregion

        Assert.Equal(["7", "$ dict of 2", "$['epoch'] 7", "$['betas'] tuple of 2", "$['betas'][0] 0.9", "$['betas'][1] 0.999"], Written);
    }
}
