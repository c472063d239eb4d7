using static TorchSharp.torch;

namespace Torchkeep.TorchSharp.Tests.Training;

public sealed class CheckpointFolderTests : IDisposable
{
    private const int Steps = 8;

    // By step; the best are 2, 5 and 6.
    private static readonly double[] _metrics = [0.9, 0.8, 0.1, 0.7, 0.6, 0.2, 0.3, 0.5, 0.4];

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<CrashPoint> Points => [.. Enum.GetValues<CrashPoint>()];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TheLastTheBestAndEverySoManyAreKept()
    {
        var run = Policy();

        for (var step = 0; step <= Steps; step++)
        {
            Save(run, step);
        }

        Assert.Equal(
            ["run-000000000-metric=0.9.pt", "run-000000002-metric=0.1.pt", "run-000000004-metric=0.6.pt", "run-000000005-metric=0.2.pt", "run-000000007-metric=0.5.pt", "run-000000008-metric=0.4.pt"],
            Names());
        Assert.Equal((8, 0.4), (run.find_latest()!.step, run.find_latest()!.metric));
        Assert.Equal((2, 0.1), (run.find_best()!.step, run.find_best()!.metric));
        Assert.Empty(run.find_latest()!.passed_over);
        using var loaded = TorchExtensions.load_checkpoint(run.find_latest()!.path);
        Assert.Equal(8, (int)loaded["epoch"]);
    }

    [Theory]
    [MemberData(nameof(Points))]
    public void ACrashAtAnyFileOperationLeavesAWholeFileToResumeFrom(CrashPoint point)
    {
        var crashes = 0;
        for (var operation = 0; ; operation++)
        {
            using var folder = new TemporaryFolder();
            var path = folder["run"];
            var files = new CrashingFiles(operation, point);
            var saved = -1;
            var returned = -1;
            try
            {
                for (var step = 0; step <= Steps; step++)
                {
                    Save(Policy(path, files), step);
                    returned = step;
                }
            }
            catch (CrashingFiles.CrashException)
            {
                crashes++;
            }

            saved = files.Log.Count(entry => entry.StartsWith("save", StringComparison.Ordinal)) - 1;
            var resumed = Policy(path).find_latest();

            // Never less than what a save has returned for, and what is found is whole and the newest that was renamed.
            Assert.Equal(saved, resumed?.step ?? -1);
            Assert.True((resumed?.step ?? -1) >= returned);
            Assert.Equal(saved < 2 ? saved : 2, Policy(path).find_best()?.step ?? -1);
            CheckKept(path, returned);

            // The rest of the run ends as one without a crash.
            for (var step = (resumed?.step ?? -1) + 1; step <= Steps; step++)
            {
                Save(Policy(path), (int)step);
            }

            Save(Policy(path), Steps);
            Assert.Equal([0, 2, 4, 5, 7, 8], StepsIn(path));
            if (returned == Steps)
            {
                break;
            }
        }

        Assert.InRange(crashes, Steps, 100);
    }

    [Fact]
    public void NothingIsDeletedBeforeTheNewFileIsThere()
    {
        var files = new CrashingFiles(operation: -1, CrashPoint.Before);
        for (var step = 0; step < 4; step++)
        {
            Keep(new CheckpointFolder(_folder["run"], files) { keep_last = 1 }, step, step);
        }

        Assert.Equal(
            [
                "create run", "save checkpoint-000000000.pt",
                "create run", "save checkpoint-000000001.pt", "delete checkpoint-000000000.pt",
                "create run", "save checkpoint-000000002.pt", "delete checkpoint-000000001.pt",
                "create run", "save checkpoint-000000003.pt", "delete checkpoint-000000002.pt",
            ],
            files.Log);
    }

    [Fact]
    public void AFailedSaveDeletesNothing()
    {
        var run = new CheckpointFolder(_folder["run"]) { keep_last = 1 };
        Keep(run, 1, 1);

        Assert.Throws<NotSupportedException>(() => Keep(run, new Uri("https://example.org"), 2));

        Assert.Equal(1, run.find_latest()!.step);
    }

    [Fact]
    public void ACutOrDamagedFileIsPassedOverAndReported()
    {
        var run = Policy();
        for (var step = 0; step < 4; step++)
        {
            Save(run, step);
        }

        var (cut, damaged) = (PathOf(3), PathOf(2));
        File.WriteAllBytes(cut, File.ReadAllBytes(cut)[..^100]);
        var bytes = File.ReadAllBytes(damaged);
        bytes[bytes.AsSpan().IndexOf(BitConverter.GetBytes(2.25f))] ^= 1;
        File.WriteAllBytes(damaged, bytes);

        var found = run.find_latest()!;
        var best = run.find_best()!;

        Assert.Equal([cut, damaged], found.passed_over.Select(passed => passed.path));
        Assert.Contains("CRC", found.passed_over[1].reason, StringComparison.Ordinal);
        Assert.Equal(0, found.step);
        Assert.Equal((0, damaged), (best.step, best.passed_over[0].path));
    }

    [Fact]
    public void WithNothingWholeItIsAnErrorAndWithNothingAtAllItIsNull()
    {
        var run = Policy();
        Assert.Null(run.find_latest());
        Assert.Null(run.find_best());
        Save(run, 0);
        File.WriteAllBytes(PathOf(0), []);

        var error = Assert.Throws<InvalidDataException>(run.find_latest);

        Assert.Contains("run-000000000-metric=0.9.pt", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FilesOfOthersAreLeftAlone()
    {
        string[] others =
        [
            "run.pt", "run-1.pt", "run-000000001.pth", "run-000000001-metric=0.50.pt", "run-000000001-metric=.pt", "run-x.pt", "run-000000001-metric=1-metric=2.pt",
            "other-000000001.pt", "run-000000001.pt.bak", "run--00000001.pt", "arun-000000001.pt",
        ];
        Directory.CreateDirectory(_folder["run"]);
        foreach (var name in others)
        {
            File.WriteAllText(Path.Combine(_folder["run"], name), "");
        }

        var run = new CheckpointFolder(_folder["run"]) { prefix = "run", keep_last = 1 };
        Keep(run, 5, 5);
        Keep(run, 6, 6);

        Assert.Equal(6, run.find_latest()!.step);
        Assert.Equal(others.Append("run-000000006.pt").Order(StringComparer.Ordinal), Names());
    }

    [Fact]
    public void AStepThatIsSavedAnewReplacesItsFile()
    {
        var run = new CheckpointFolder(_folder["run"]) { keep_last = 3, keep_every = 1 };
        Keep(run, "old", 4, 0.5);
        Keep(run, "new", 4, 0.25);

        Assert.Equal(["checkpoint-000000004-metric=0.25.pt"], Names());
        Assert.Equal(0.25, run.find_latest()!.metric);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(-1e-300)]
    [InlineData(-0.0)]
    [InlineData(0.1 + 0.2)]
    [InlineData(double.MaxValue)]
    public void EveryMetricComesBack(double metric)
    {
        var run = new CheckpointFolder(_folder["run"]);
        Keep(run, 1, long.MaxValue, metric);

        Assert.Equal((long.MaxValue, metric), (run.find_latest()!.step, run.find_latest()!.metric!.Value));
        Assert.Equal(!double.IsNaN(metric), run.find_best() is not null);
    }

    [Fact]
    public void ALargerMetricCanBeTheBetterOne()
    {
        var run = new CheckpointFolder(_folder["run"]) { keep_last = 1, keep_best = 1, higher_is_better = true };
        foreach (var (step, metric) in _metrics.Index())
        {
            Keep(run, step, step, metric);
        }

        Assert.Equal([0, 8], StepsIn(_folder["run"]));
        Assert.Equal(0, run.find_best()!.step);
    }

    [Fact]
    public void AFileThatCannotBeDeletedIsDeletedLater()
    {
        var stubborn = new StubbornFiles();
        var run = new CheckpointFolder(_folder["run"], stubborn) { keep_last = 1 };
        Keep(run, 0, 0);
        Keep(run, 1, 1);
        Assert.Equal([0, 1], StepsIn(_folder["run"]));

        stubborn.LetsGo = true;
        Keep(run, 2, 2);

        Assert.Equal([2], StepsIn(_folder["run"]));
    }

    [Fact]
    public void RulesThatCannotBeAreRefusedAtOnce()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new CheckpointFolder("run") { keep_last = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new CheckpointFolder("run") { keep_best = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new CheckpointFolder("run") { keep_every = -1 });
        Assert.Throws<ArgumentException>(() => new CheckpointFolder("run") { prefix = "a/b" });
        Assert.Throws<ArgumentException>(() => new CheckpointFolder("run") { prefix = "" });
        Assert.Throws<ArgumentException>(() => new CheckpointFolder(""));
        Assert.Throws<ArgumentOutOfRangeException>(() => Keep(Policy(), 1, -1, 0.5));
        Assert.Throws<ArgumentException>(() => Keep(Policy(), 1, 1));
        Assert.False(Directory.Exists(_folder["run"]));
    }

    private sealed class StubbornFiles : FolderFiles
    {
        internal bool LetsGo { get; set; }

        internal override void Delete(string path)
        {
            if (!LetsGo)
            {
                throw new IOException("in use");
            }

            base.Delete(path);
        }
    }

    private CheckpointFolder Policy() => Policy(_folder["run"]);

    private static CheckpointFolder Policy(string path, FolderFiles? files = null) =>
        new(path, files ?? new()) { prefix = "run", keep_last = 2, keep_best = 2, keep_every = 4 };

    private static void Save(CheckpointFolder run, int step) =>
        Keep(run, new Dictionary<string, object> { ["epoch"] = step, ["weights"] = full([8], step + 0.25f) }, step, _metrics[step]);

    private static void Keep(CheckpointFolder run, object value, long step, double? metric = null) =>
        run.save(value, step, metric, cancellationToken: TestContext.Current.CancellationToken);

    private static void CheckKept(string path, int returned)
    {
        var there = StepsIn(path);
        if (returned >= 1)
        {
            Assert.Contains(returned, there);
            Assert.True(there.Contains(returned - 1) || there.Contains(returned + 1));
        }
    }

    private string PathOf(int step) => Directory.EnumerateFiles(_folder["run"], $"run-{step:D9}*").Single();

    private List<string> Names() => [.. Directory.EnumerateFiles(_folder["run"]).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    private static List<long> StepsIn(string path) => Directory.Exists(path)
        ? [.. Directory.EnumerateFiles(path, "*.pt").Select(file => long.Parse(Path.GetFileName(file).Split('-')[1].AsSpan(0, 9), null)).Order()]
        : [];
}
