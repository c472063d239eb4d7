using Torchkeep;
using TorchSharp;

namespace PublicApi.Tests.Snippets;

/// <summary>Folders that training programs leave, and loads that are watched.</summary>
public sealed class Folders : Sandbox
{
    private readonly Net model = new();

    [Fact]
    public void PartsAreFound()
    {
        Directory.CreateDirectory("run/checkpoint-500");
        torch.save(model.state_dict(keep_vars: false), "run/checkpoint-500/pytorch_model.bin");
        torch.save(new Dictionary<string, object> { ["step"] = 500 }, "run/checkpoint-500/optimizer.pt");

        #region folder-parts
        var folder = ModelFolder.Read("run/checkpoint-500");
        Console.WriteLine($"the weights are in {folder.Weights?.Name}, and the optimizer in {folder.Find(FolderRole.Optimizer)?.Name}");
        using var checkpoint = Checkpoint.Open(folder.Path);
        float[] bias = checkpoint.FindTensor("fc.bias").ToArray<float>();
        #endregion

        Assert.Equal(["the weights are in pytorch_model.bin, and the optimizer in optimizer.pt"], Written);
        Assert.Equal(10, bias.Length);
    }

    [Fact]
    public async Task ALoadIsWatched()
    {
        Directory.CreateDirectory("run");
        torch.save(model.state_dict(keep_vars: false), "run/pytorch_model.bin");

        #region folder-progress
        using var stop = new CancellationTokenSource();
        var progress = new Progress<LoadProgress>(done => Console.WriteLine($"{done.BytesRead} of {done.TotalBytes} bytes"));
        await model.load_state_dict_async("run", progress: progress, cancellationToken: stop.Token);
        #endregion

        #region folder-async
        using var loaded = await torch.load_async("run");
        await model.load_state_dict_async(loaded);
        #endregion

        Assert.Equal(9, loaded.keys().Count);
    }
}
