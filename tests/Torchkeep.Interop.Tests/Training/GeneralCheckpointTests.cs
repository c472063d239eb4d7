using Torchkeep.Interop.Tests.PyTorch;
using TorchSharp;
using static TorchSharp.torch;

namespace Torchkeep.Interop.Tests.Training;

/// <summary>What is in a checkpoint besides a model: plain values, dates, the states of random number generators.</summary>
public class GeneralCheckpointTests
{
    public static TheoryData<string> Judges => Interpreters.Theory;

    [Theory]
    [MemberData(nameof(Judges))]
    public void CollectionsOfEverythingAreTheSameInPython(string interpreter)
    {
        var judge = Judge.Named(interpreter);
        using var folder = judge.NewFolder();
        torch.save(
            new Dictionary<string, object?>
            {
                ["epoch"] = 7,
                ["loss"] = 0.1f,
                ["best"] = true,
                ["none"] = null,
                ["name"] = "é",
                ["losses"] = new List<double> { 0.5, 0.25 },
                ["betas"] = (0.9, 0.999),
                ["classes"] = new SortedSet<string> { "cat" },
                ["nested"] = new Dictionary<int, object> { [3] = new object[] { 1, "two", ones(2) } },
            },
            folder["run.pt"]);

        var lines = judge.Run(folder["run.pt"], "lines = [repr(torch.load(path))]");

        Assert.Equal(
            "{'epoch': 7, 'loss': 0.10000000149011612, 'best': True, 'none': None, 'name': 'é', 'losses': [0.5, 0.25], 'betas': (0.9, 0.999), "
            + "'classes': {'cat'}, 'nested': {3: [1, 'two', tensor([1., 1.])]}}",
            lines[0]);
    }

    [Theory]
    [MemberData(nameof(Judges))]
    public void DatesThatWereAskedForArePythonsAndRefusedByItsDefaults(string interpreter)
    {
        var judge = Judge.Named(interpreter);
        using var folder = judge.NewFolder();
        var moment = new DateTime(2024, 1, 2, 3, 4, 5, 678, 901, DateTimeKind.Utc);
        PyValue[] dates =
        [
            PyDates.From(moment),
            PyDates.From(DateTime.SpecifyKind(moment, DateTimeKind.Unspecified)),
            PyDates.From(new DateTimeOffset(2024, 1, 2, 3, 4, 5, TimeSpan.FromHours(2))),
            PyDates.From(new DateOnly(2024, 2, 29)),
            PyDates.From(new TimeOnly(1, 2, 3, 4, 5)),
            PyDates.From(TimeSpan.FromMicroseconds(-1)),
        ];
        torch.save(dates, folder["dates.pt"]);

        var lines = judge.Run(folder["dates.pt"], """
            import inspect
            kw = {"weights_only": False} if "weights_only" in inspect.signature(torch.load).parameters else {}
            lines = [repr(date) for date in torch.load(path, **kw)]
            torch.save(torch.load(path, **kw), path)
            """);

        Assert.Equal(
            [
                "datetime.datetime(2024, 1, 2, 3, 4, 5, 678901, tzinfo=datetime.timezone.utc)",
                "datetime.datetime(2024, 1, 2, 3, 4, 5, 678901)",
                "datetime.datetime(2024, 1, 2, 3, 4, 5, tzinfo=datetime.timezone(datetime.timedelta(seconds=7200)))",
                "datetime.date(2024, 2, 29)",
                "datetime.time(1, 2, 3, 4005)",
                "datetime.timedelta(days=-1, seconds=86399, microseconds=999999)",
            ],
            lines);
        using var loaded = torch.load(folder["dates.pt"], weights_only: true);
        Assert.Equal(moment, (DateTime)loaded[0]);
        Assert.Equal(DateTime.SpecifyKind(moment, DateTimeKind.Unspecified), (DateTime)loaded[1]);
        Assert.Equal(new DateTimeOffset(2024, 1, 2, 3, 4, 5, TimeSpan.FromHours(2)), (DateTimeOffset)loaded[2]);
        Assert.Equal(new DateOnly(2024, 2, 29), loaded[3].get<DateOnly>());
        Assert.Equal(new TimeOnly(1, 2, 3, 4, 5), loaded[4].get<TimeOnly>());
        Assert.Equal(TimeSpan.FromMicroseconds(-1), loaded[5].get<TimeSpan>());
        if (judge.IsSafeByDefault)
        {
            Assert.Throws<JudgeException>(() => judge.Describe(folder["dates.pt"]));
        }
    }

    [Theory]
    [MemberData(nameof(Judges))]
    public void AGeneratorsStateIsPyTorchsAndDrawsTheSameNumbers(string interpreter)
    {
        var judge = Judge.Named(interpreter);
        using var folder = judge.NewFolder();
        using var generator = new Generator(0, CPU);
        generator.manual_seed(5);
        using var drawn = randn([3], generator: generator);
        using var state = generator.get_state();
        using var global = get_rng_state();
        torch.save(new Dictionary<string, object> { ["rng"] = state, ["global"] = global }, folder["rng.pt"]);
        using var ours = rand([5], generator: generator);

        var lines = judge.Run(folder["rng.pt"], """
            saved = torch.load(path)
            torch.set_rng_state(saved["global"])
            torch.set_rng_state(saved["rng"])
            numbers = torch.rand(5)
            torch.save({"numbers": numbers, "rng": torch.get_rng_state(), "next": torch.randperm(100)}, path)
            torch.manual_seed(5)
            lines = [str(saved["rng"].dtype), str(len(saved["rng"])), str(torch.equal(torch.Generator().manual_seed(5).get_state(), torch.get_rng_state()))]
            torch.randn(3)
            lines.append(str(torch.equal(saved["rng"], torch.get_rng_state())))
            """);

        Assert.Equal(["torch.uint8", "5056", "True", "True"], lines);
        using var theirs = torch.load(folder["rng.pt"], weights_only: true);
        Assert.True(ours.Equals(theirs["numbers"].tensor()));
        generator.set_state(theirs["rng"].tensor());
        Assert.True(randperm(100, generator: generator).Equals(theirs["next"].tensor()));
    }
}
