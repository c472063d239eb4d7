using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Torchkeep.TorchSharp.Tests.Mistakes;

/// <summary>
/// What is said of each mistake is in mistakes.txt, which TORCHKEEP_UPDATE_GOLDENS=1 writes anew. The call that a message
/// tells to make is made, and does what was meant.
/// </summary>
public sealed class MistakeTests : IDisposable
{
    private static readonly string _golden = Path.Combine(Repository.Root, "tests", "Torchkeep.TorchSharp.Tests", "Mistakes", "mistakes.txt");

    private readonly DisposeScope _scope = NewDisposeScope();

    public static TheoryData<string> Names => [.. MistakeRows.All.Select(row => row.Name)];

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void TheMessagesAreThoseOfTheFile()
    {
        var actual = string.Join("\n\n", MistakeRows.All.Select(row => $"# {row.Name}\n{MessageOf(row)}")) + "\n";
        if (Environment.GetEnvironmentVariable("TORCHKEEP_UPDATE_GOLDENS") == "1")
        {
            File.WriteAllText(_golden, actual);
        }

        Assert.Equal(File.ReadAllText(_golden).ReplaceLineEndings("\n"), actual);
        Assert.True(MistakeRows.All.Count(row => row.Right is not null) >= 40);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void TheCallOfTheMessageWorks(string name)
    {
        var row = MistakeRows.All.Single(row => row.Name == name);
        var message = MessageOf(row);
        Assert.True(message.Length < 8000, message);
        Assert.DoesNotContain("_parameters", message, StringComparison.Ordinal);
        if (row.Right is null)
        {
            return;
        }

        Assert.Contains(row.RightCall, message.Replace("\n\t", "", StringComparison.Ordinal), StringComparison.Ordinal);
        var (model, loaded, optimizer, scheduler) = Begin(row);
        row.Right(model, loaded, optimizer, scheduler);
        loaded.Dispose();
        if (row.IsLoaded)
        {
            Assert.All(model.parameters().First().data<float>().ToArray(), value => Assert.Equal(7, value, 1e-5f));
        }
    }

    [Fact]
    public void OneFileOfSeveralIsSaid()
    {
        using var folder = new TemporaryFolder();
        using var model = Nets.Small();
        var path = Path.Combine(folder.Path, "model.safetensors");
        using (var loaded = InMemory.Reload(model.state_dict(keep_vars: false)))
        {
            Checkpoint.Save(loaded.value, path, new() { Format = CheckpointFormat.Safetensors, MaxShardSize = 64 }, cancellationToken: TestContext.Current.CancellationToken);
        }

        var shard = Directory.EnumerateFiles(folder.Path, "*-00001-of-*").Single();

        var error = Assert.Throws<StateDictException>(() => model.load_state_dict(shard));

        Assert.Contains($"model.load_state_dict(\"{path}.index.json\") reads all of them", error.Message, StringComparison.Ordinal);
        model.load_state_dict($"{path}.index.json");
    }

    [Fact]
    public void ADeviceThatIsNotHereIsMappedAsTheMessageSays()
    {
        var file = InMemory.Save(MistakeRows.All.Single(row => row.Name == "a tensor of a TPU").Saved());

        using var all = torch.load(new MemoryStream(file), map_location: "cpu");
        using var some = torch.load(new MemoryStream(file), map_location: new Dictionary<string, string> { ["xla:1"] = "cpu" });

        Assert.Equal(3, all["w"].tensor().sum().ToSingle());
        Assert.Equal(3, some["w"].tensor().sum().ToSingle());
    }

    internal static global::TorchSharp.Modules.SGD OptimizerOf(Module model) => optim.SGD(model.parameters(), 0.1, momentum: 0.9);

    internal static optim.lr_scheduler.LRScheduler SchedulerOf(optim.Optimizer optimizer) => optim.lr_scheduler.StepLR(optimizer, 2);

    private static (Module Model, LoadedCheckpoint Loaded, optim.Optimizer Optimizer, optim.lr_scheduler.LRScheduler Scheduler) Begin(Mistake row)
    {
        var model = row.Model();
        var optimizer = OptimizerOf(model);
        return (model, InMemory.Reload(row.Saved()), optimizer, SchedulerOf(optimizer));
    }

    private static string MessageOf(Mistake row)
    {
        var (model, loaded, optimizer, scheduler) = Begin(row);
        using (loaded)
        {
            return Assert.ThrowsAny<Exception>(() => row.Wrong(model, loaded, optimizer, scheduler)).Message;
        }
    }
}
