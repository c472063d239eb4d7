using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Torchkeep.TorchSharp.Tests.Modules;

/// <summary>How far a load has come, and loads that are stopped.</summary>
public sealed class LoadProgressTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Sequential _saved = Nets.Small().Randomized();

    public LoadProgressTests()
    {
        torch.save(_saved.state_dict(keep_vars: false), Path("model.pth"));
        torch.save_checkpoint(_saved.state_dict(keep_vars: false), Path("model.safetensors"), new() { Format = CheckpointFormat.Safetensors });
    }

    public void Dispose()
    {
        _saved.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("model.pth", false)]
    [InlineData("model.pth", true)]
    [InlineData("model.safetensors", false)]
    [InlineData("model.safetensors", true)]
    public void EachTensorIsReported(string file, bool assign)
    {
        var reports = new Reports();
        using var model = Nets.Small();

        model.load_state_dict(Path(file), assign: assign, progress: reports);

        var total = _saved.state_dict(keep_vars: false).Values.Sum(tensor => tensor.numel() * tensor.element_size());
        Assert.Equal(new LoadProgress(0, total), reports.All[0]);
        Assert.Equal(new LoadProgress(total, total), reports.All[^1]);
        Assert.Equal(reports.All.Select(report => report.BytesRead).Order(), reports.All.Select(report => report.BytesRead));
        Assert.Equal(assign ? 2 : 1 + Nets.SmallKeys.Length, reports.All.Count);
        Assert.Equal(Bits.Of(_saved), Bits.Of(model));
    }

    [Fact]
    public async Task TheOtherWaysOfLoadingReportToo()
    {
        var token = TestContext.Current.CancellationToken;
        Reports fromCheckpoint = new(), warm = new(), waited = new(), warmWaited = new();
        using var model = Nets.Small();
        using var loaded = await torch.load_async(Path("model.pth"), cancellationToken: token);

        model.load_state_dict(loaded, progress: fromCheckpoint);
        model.warm_start(loaded, progress: warm);
        await model.load_state_dict_async(loaded, progress: waited, cancellationToken: token);
        await model.warm_start_async(Path("model.pth"), progress: warmWaited, cancellationToken: token);

        Assert.All([fromCheckpoint, warm, waited, warmWaited], reports => Assert.Equal(reports.All[^1].TotalBytes, reports.All[^1].BytesRead));
        Assert.Equal(Bits.Of(_saved), Bits.Of(model));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ALoadThatIsStoppedBeforeItCopiesLeavesTheModel(bool assign)
    {
        using var model = Nets.Small().Randomized();
        var before = Bits.Of(model);
        using var source = new CancellationTokenSource();
        source.Cancel();

        Assert.Throws<OperationCanceledException>(() => model.load_state_dict(Path("model.pth"), assign: assign, cancellationToken: source.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => model.load_state_dict_async(Path("model.pth"), assign: assign, cancellationToken: source.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => torch.load_async(Path("model.pth"), cancellationToken: source.Token));
        Assert.Throws<OperationCanceledException>(() => model.warm_start(Path("model.pth"), cancellationToken: source.Token));

        Assert.Equal(before, Bits.Of(model));
    }

    [Fact]
    public void ALoadThatIsStoppedWhileItCopiesSaysSo()
    {
        using var model = Nets.Small().Randomized();
        using var source = new CancellationTokenSource();

        var error = Assert.Throws<OperationCanceledException>(
            () => model.load_state_dict(Path("model.pth"), progress: new Reports(source.Cancel), cancellationToken: source.Token));

        Assert.Contains("new values in some of them and old ones in the others", error.Message, StringComparison.Ordinal);
        Assert.Equal(source.Token, error.CancellationToken);
    }

    [Fact]
    public void ALoadThatAssignsAndIsStoppedLeavesTheModel()
    {
        using var saved = Sequential(Enumerable.Range(0, 40).Select(number => ($"layer{number}", (Module<torch.Tensor, torch.Tensor>)Linear(2, 2))).ToArray());
        torch.save(saved.Randomized().state_dict(keep_vars: false), Path("deep.pth"));
        using var model = Sequential(Enumerable.Range(0, 40).Select(number => ($"layer{number}", (Module<torch.Tensor, torch.Tensor>)Linear(2, 2))).ToArray()).Randomized();
        var before = Bits.Of(model);
        using var source = new CancellationTokenSource();
        var reports = new Reports(source.Cancel);

        Assert.Throws<OperationCanceledException>(() => model.load_state_dict(Path("deep.pth"), assign: true, progress: reports, cancellationToken: source.Token));

        Assert.InRange(reports.All[^1].BytesRead, 0, reports.All[^1].TotalBytes - 1);
        Assert.Equal(before, Bits.Of(model));
    }

    private string Path(string name) => _folder[name];

    /// <summary>Keeps what it is told, and does something at the first report.</summary>
    private sealed class Reports(Action? atFirst = null) : IProgress<LoadProgress>
    {
        internal List<LoadProgress> All { get; } = [];

        public void Report(LoadProgress value)
        {
            All.Add(value);
            if (All.Count == 1)
            {
                atFirst?.Invoke();
            }
        }
    }
}
