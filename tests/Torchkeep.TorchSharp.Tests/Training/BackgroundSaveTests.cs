using TorchSharp;

namespace Torchkeep.TorchSharp.Tests.Training;

public sealed class BackgroundSaveTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task WhatIsSavedIsWhatWasThereWhenTheCallReturned()
    {
        using var model = Nets.Small().Randomized();
        var tied = torch.arange(6f).view(2, 3);
        var run = new Dictionary<string, object> { ["epoch"] = 3, ["model"] = model.state_dict(keep_vars: false), ["tied"] = new[] { tied, tied.t() }, ["conjugated"] = torch.ones(2, torch.complex64).conj() };
        torch.save_checkpoint(run, _folder["then.pt"], new() { ArchiveName = "run" }, cancellationToken: Cancellation);

        var save = torch.async_save(run, _folder["background.pt"], new() { ArchiveName = "run" }, cancellationToken: Cancellation);
        foreach (var tensor in model.state_dict(keep_vars: false).Values)
        {
            tensor.zero_();
        }

        tied.zero_();
        await save;

        Assert.Equal(
            await File.ReadAllBytesAsync(_folder["then.pt"], Cancellation),
            await File.ReadAllBytesAsync(_folder["background.pt"], Cancellation));
    }

    [Fact]
    public async Task TensorsMayBeDisposedMeanwhile()
    {
        var tensor = torch.arange(1000);
        var save = torch.async_save(new Dictionary<string, object> { ["t"] = tensor }, _folder["a.pt"], cancellationToken: Cancellation);
        tensor.Dispose();
        await save;

        using var loaded = torch.load(_folder["a.pt"], weights_only: true);
        Assert.Equal(999, loaded["t"].tensor()[999].item<long>());
    }

    [Fact]
    public void WhatCannotBeSavedIsSaidAtOnce() =>
        Assert.Throws<NotSupportedException>(() => { _ = torch.async_save(new object(), _folder["a.pt"], cancellationToken: Cancellation); });

    [Fact]
    public async Task AFailureOfTheDiskFailsTheTaskAndLeavesTheOlderFile()
    {
        torch.save_checkpoint(1, _folder["a.pt"], cancellationToken: Cancellation);
        var before = await File.ReadAllBytesAsync(_folder["a.pt"], Cancellation);

        await Assert.ThrowsAsync<DirectoryNotFoundException>(() => torch.async_save(torch.ones(2), _folder["missing/a.pt"], cancellationToken: Cancellation));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => torch.async_save(torch.ones(2), _folder["a.pt"], cancellationToken: new(canceled: true)));

        Assert.Equal(before, await File.ReadAllBytesAsync(_folder["a.pt"], Cancellation));
    }
}
