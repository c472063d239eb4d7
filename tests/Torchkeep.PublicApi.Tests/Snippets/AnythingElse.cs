using Torchkeep;
using TorchSharp;

namespace PublicApi.Tests.Snippets;

/// <summary>What is saved besides a state_dict alone.</summary>
public sealed class AnythingElse : Sandbox
{
    private readonly Net model = new();

    [Fact]
    public void ACheckpointOfARunIsSavedAndLoaded()
    {
        #region save-run
        var run = new Dictionary<string, object>
        {
            ["epoch"] = 7,
            ["loss"] = 0.25,
            ["model"] = model.state_dict(keep_vars: false),
        };
        torch.save(run, "run.pt");
        #endregion

        #region load-run
        using var loaded = torch.load("run.pt", weights_only: true);
        model.load_state_dict(loaded["model"]);
        var epoch = (int)loaded["epoch"];
        var loss = (double)loaded["loss"];
        #endregion

        Assert.Equal((7, 0.25), (epoch, loss));
    }

    [Fact]
    public void ATensorOfItsOwnIsSavedAndLoaded()
    {
        #region one-tensor
        using var tensor = torch.arange(6).reshape(2, 3);
        torch.save_checkpoint(tensor, "tensor.pt");

        using var loaded = torch.load_checkpoint("tensor.pt");
        using var same = loaded.tensor();
        #endregion

        Assert.True(tensor.Equals(same));
    }

    [Fact]
    public void TensorsOfAListAreReadTogether()
    {
        #region tensors
        using var tensor = torch.arange(6);
        torch.save(new[] { tensor, tensor[2..4] }, "tensors.pt");

        using var loaded = torch.load("tensors.pt", weights_only: true);
        var tensors = loaded.tensors();
        tensors[0].zero_();
        Console.WriteLine(tensors[1].sum().ToInt64());
        #endregion

        Assert.Equal("0", Assert.Single(Written));
    }

    [Fact]
    public void StreamsAreWrittenAndRead()
    {
        #region streams
        using var stream = new MemoryStream();
        torch.save(model.state_dict(keep_vars: false), stream);

        stream.Position = 0;
        model.load_state_dict(torch.load(stream));
        #endregion

        Assert.True(stream.CanRead);
    }

    [Fact]
    public void ASaveReportsAndStops()
    {
        #region progress
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        torch.save_checkpoint(
            model.state_dict(keep_vars: false),
            "model.pth",
            progress: new Progress<SaveProgress>(at => Console.WriteLine($"{at.BytesWritten} of {at.TotalBytes} bytes")),
            cancellationToken: patience.Token);
        #endregion

        Assert.True(File.Exists("model.pth"));
    }

    [Fact]
    public void WhatIsReadJoinsTheDisposeScope()
    {
        torch.save(new Dictionary<string, object> { ["tensor"] = torch.ones(2), ["parameter"] = new TorchSharp.Modules.Parameter(torch.ones(2)) }, "both.pt");
        using var loaded = torch.load("both.pt", weights_only: true);
        torch.Tensor tensor, parameter;
        using (torch.NewDisposeScope())
        {
            tensor = loaded["tensor"].tensor();
            parameter = loaded["parameter"].tensor();
            Assert.IsType<TorchSharp.Modules.Parameter>(parameter);
        }

        Assert.True(tensor.IsInvalid);
        Assert.True(parameter.IsInvalid);
    }
}
