using System.Text.RegularExpressions;
using Torchkeep.IO;
using static Torchkeep.Tests.PickleBytes;

namespace Torchkeep.Tests.Scanning;

/// <summary>How names are judged: by tables of facts, and by what a pickle does with them.</summary>
public sealed partial class NameJudgementTests
{
    private static readonly byte[] _nested = Protocol2(Call(Global("os", "system"), Str("id")));

    /// <summary>tests/fixtures/scan/listed-names.txt: what others list, in two spellings, and none of it is harmless.</summary>
    [Fact]
    public void WhatIsListedElsewhereIsFlagged()
    {
        var count = 0;
        foreach (var line in File.ReadAllLines(Path.Combine(Repository.Root, "tests", "fixtures", "scan", "listed-names.txt")).Where(line => line.Length > 0 && line[0] != '#'))
        {
            var (risk, module) = (line.Split(' ')[0], line.Split(' ')[1].TrimEnd(':'));
            foreach (var name in line.Split(' ')[2..])
            {
                count++;
                var expected = Enum.Parse<GlobalRisk>(risk, ignoreCase: true);
                foreach (var pickle in new[] { Protocol2(Call(Global(module, name), Str("id"))), Protocol2(Call([.. Str(module), .. Str(name), 0x93], Str("id"))) })
                {
                    var report = Scan(pickle);
                    var global = report.Globals[0];
                    Assert.True(expected == global.Risk, $"{module}.{name} is {global.Risk}");
                    Assert.Equal((module, name), (global.Name.Module, global.Name.Name));
                    Assert.Equal(expected == GlobalRisk.Dangerous ? ScanLevel.Error : ScanLevel.Warning, report.Level);
                    Assert.Contains($"{module}.{name}", report.Findings[0].Message, StringComparison.Ordinal);
                }
            }
        }

        Assert.Equal(607, count);
    }

    /// <summary>The table of docs/scan-names.md: names that people have in files, made as an object.</summary>
    [Fact]
    public void NamesOfThePageAreJudgedAsItSays()
    {
        var count = 0;
        foreach (Match row in JudgementRow().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", "scan-names.md"))))
        {
            foreach (var name in row.Groups["name"].Captures.Select(name => name.Value))
            {
                count++;
                var dot = name.LastIndexOf('.');
                var report = Scan(Protocol2([.. Global(name[..dot], name[(dot + 1)..]), (byte)')', 0x81, (byte)'}', (byte)'b']));
                var global = Assert.Single(report.Globals);
                Assert.Equal((name, row.Groups["risk"].Value), (name, global.Risk.ToString().ToLowerInvariant()));
                Assert.Equal(global.Risk == GlobalRisk.Harmless, report.IsClean);
                if (global.Reason is not null)
                {
                    Assert.Equal((name, row.Groups["why"].Value), (name, global.Reason));
                }
            }
        }

        Assert.Equal(293, count);
    }

    [Theory]
    [InlineData("torch.serialization", "pickle.loads")]
    [InlineData("torch.storage", "io.open")]
    [InlineData("torch.storage.pickle", "loads")]
    [InlineData("pathlib", "shutil.rmtree")]
    [InlineData("mypkg.net", "urllib.request.urlopen")]
    [InlineData("mypkg.net", "code.interact")]
    [InlineData("mypkg.net", "Net.forward.__globals__")]
    [InlineData("mypkg.net", "np.load")]
    [InlineData("random", "_os.system")]
    [InlineData("random", "_os")]
    [InlineData("torch._utils", "torch.load")]
    [InlineData("torch", "nn.Module.__class__")]
    [InlineData("six.moves.cPickle", "loads")]
    [InlineData("sklearn.externals.joblib", "load")]
    [InlineData("collections", "_sys.modules")]
    [InlineData("pathlib", "Path.write_text")]
    [InlineData("pandas.core.frame", "DataFrame.eval")]
    [InlineData("io", "open")]
    [InlineData("trace", "Trace")]
    [InlineData("code", "InteractiveInterpreter.runcode")]
    [InlineData("http.client", "HTTPSConnection")]
    [InlineData("types", "FunctionType")]
    [InlineData("itertools", "starmap")]
    [InlineData("builtins", "map")]
    [InlineData("threading", "Thread")]
    [InlineData("logging", "FileHandler")]
    public void WhereANameLeadsIsDangerous(string module, string name) => Assert.Equal(GlobalRisk.Dangerous, RiskOf(Global(module, name)));

    [Theory]
    [InlineData("scipy.signal", "butter")]
    [InlineData("scipy", "signal.butter")]
    [InlineData("project.operator", "Op")]
    [InlineData("project.subprocess", "Run")]
    [InlineData("mypkg.inspect.x", "X")]
    [InlineData("package.__init__", "Net")]
    [InlineData("__mp_main__", "Net")]
    [InlineData("test", "Net")]
    [InlineData("code.model", "Net")]
    [InlineData("http.model", "Net")]
    [InlineData("types", "Config")]
    [InlineData("mypkg", "signal")]
    [InlineData("collections", "OrderedDict.fromkeys")]
    [InlineData("torch.nn.modules.linear", "math")]
    [InlineData("torch.nn.modules.linear", "Linear.forward")]
    [InlineData("__torch__", "system")]
    [InlineData("__torch__.net", "Net")]
    [InlineData("transformers.trainer_utils", "IntervalStrategy.mro")]
    public void WhereItLeadsNowhereKnownIsUnknown(string module, string name) => Assert.Equal(GlobalRisk.Unknown, RiskOf(Global(module, name)));

    [Fact]
    public void ToMakeALayerIsHarmlessAndToCallItsClassIsNotKnownToBe()
    {
        var linear = Global("torch.nn.modules.linear", "Linear");
        Assert.Equal(GlobalRisk.Harmless, RiskOf([.. linear, (byte)')', 0x81]));
        Assert.Equal(GlobalRisk.Harmless, RiskOf(Call(Global("copyreg", "_reconstructor"), linear, Global("builtins", "object"), None), "Linear"));
        Assert.Equal(GlobalRisk.Unknown, RiskOf(Call(linear, Int(1), Int(1))));
    }

    [Fact]
    public void AMemberOfAnEnumerationIsHarmlessAsAnAttributeToo() =>
        Assert.Empty(Scan(Protocol2(Call(Global("builtins", "getattr"), Global("transformers.trainer_utils", "IntervalStrategy"), Str("EPOCH")))).Findings);

    [Fact]
    public void GetattrIsJudgedByWhatItGives()
    {
        var getattr = Global("builtins", "getattr");
        byte[] cycle = [.. Global("torch.optim.lr_scheduler", "OneCycleLR"), (byte)')', 0x81];
        Assert.Empty(Scan(Protocol2(Call(getattr, cycle, Str("_annealing_cos")))).Findings);
        Assert.Contains("OneCycleLR.step", Finding(Call(getattr, cycle, Str("step")), "unknown-global"), StringComparison.Ordinal);
        Assert.Contains("torch._utils.os.system", Finding(Call(Call(getattr, Global("torch._utils", "os"), Str("system")), Str("id")), "dangerous-global"), StringComparison.Ordinal);
        Assert.Contains("__globals__", Finding(Call(getattr, Global("torch._utils", "_rebuild_tensor"), Str("__globals__")), "dangerous-global"), StringComparison.Ordinal);

        // A thing or a name that is not known, and getattr in the hands of another.
        Assert.Contains("getattr", Finding(Call(getattr, Call(Global("collections", "Counter")), Str("x")), "dangerous-global"), StringComparison.Ordinal);
        Assert.Contains("getattr", Finding(Call(getattr, cycle, Call(Global("builtins", "str"))), "dangerous-global"), StringComparison.Ordinal);
        Assert.Contains("getattr", Finding(Call(getattr, cycle), "dangerous-global"), StringComparison.Ordinal);
        Assert.Contains("getattr", Finding(getattr, "dangerous-global"), StringComparison.Ordinal);
        Assert.Contains("getattr", Finding(List(Call(getattr, cycle, Str("_annealing_cos")), getattr), "dangerous-global"), StringComparison.Ordinal);
        Assert.Contains("getattr", Finding(Build(Call(Global("types", "SimpleNamespace")), getattr), "dangerous-global"), StringComparison.Ordinal);
    }

    [Fact]
    public void LoadFromBytesIsJudgedByTheBytes()
    {
        var load = Global("torch.storage", "_load_from_bytes");
        var clean = Protocol2(Call(Global("collections", "OrderedDict")));
        Assert.True(Scan(Protocol2(Call(load, Bytes(clean)))).IsClean);
        Assert.DoesNotContain(Scan(Protocol2(Call(load, Bytes(clean)))).Globals, global => global.Risk != GlobalRisk.Harmless);
        Assert.Contains("os.system", Finding(Call(load, Bytes(_nested)), "dangerous-global"), StringComparison.Ordinal);

        // As protocols 0 to 2 write bytes.
        var latin = Call(Global("_codecs", "encode"), Str("\x80\x02}."), Str("latin1"));
        Assert.Empty(Scan(Protocol2(Call(load, latin))).Findings);
        Assert.Contains("_load_from_bytes", Finding(Call(load, Call(Global("_codecs", "encode"), Str("x"), Str("hex"))), "dangerous-global"), StringComparison.Ordinal);
        Assert.Contains("_load_from_bytes", Finding(Call(load, Call(Global("builtins", "bytes"), Str("x"))), "dangerous-global"), StringComparison.Ordinal);
        Assert.Contains("_load_from_bytes", Finding(Call(Global("torch._tensor", "_rebuild_from_type_v2"), load, None, Tuple(Bytes(_nested)), None), "dangerous-global"), StringComparison.Ordinal);
    }

    [Fact]
    public void GeneratorsOfNumPyAreHarmlessWithWhatNumPyGivesThem()
    {
        static byte[] Maker(string name) => Global("numpy.random._pickle", name);
        foreach (var name in new[] { "__randomstate_ctor", "__generator_ctor" })
        {
            Assert.Empty(Scan(Protocol2(Call(Maker(name), Str("MT19937")))).Findings);
            Assert.Empty(Scan(Protocol2(Call(Maker(name), Str("MT19937"), Maker("__bit_generator_ctor")))).Findings);
            Assert.Empty(Scan(Protocol2(Call(Maker(name), Call(Maker("__bit_generator_ctor"), Global("numpy.random._pcg64", "PCG64"))))).Findings);
            Assert.Contains(name, Finding(Call(Maker(name), Bytes(_nested), Global("torch.storage", "_load_from_bytes")), "dangerous-global"), StringComparison.Ordinal);
            Assert.Contains(name, Finding(Call(Maker(name), Str("x"), Global("models", "Net")), "dangerous-global"), StringComparison.Ordinal);
        }

        Assert.Contains("__bit_generator_ctor", Finding(Call(Maker("__bit_generator_ctor"), Global("models", "Net")), "dangerous-global"), StringComparison.Ordinal);
    }

    [Fact]
    public void ATensorThatIsMadeByAFunctionIsJudgedByTheFunction()
    {
        var make = Global("torch._tensor", "_rebuild_from_type_v2");
        Assert.Empty(Scan(Protocol2(Call(make, Global("torch._utils", "_rebuild_tensor_v2"), Global("torch", "Tensor"), Tuple(None), None))).Findings);
        Assert.Contains("_rebuild_from_type_v2", Finding(Call(make, Global("models", "make"), None, Tuple(None), None), "dangerous-global"), StringComparison.Ordinal);
        Assert.Contains("_rebuild_from_type_v2", Finding(Call(make, make, None, Tuple(None), None), "dangerous-global"), StringComparison.Ordinal);
    }

    [Fact]
    public void ANumpyArrayThatStartsLikeACodeIsNoPickle()
    {
        foreach (var first in new byte[] { 0x82, 0x83, 0x84 })
        {
            byte[] data = [first, 0, 0, 0, 0, 0, 0, 0, 0x35, 1, 0, 0, 0, 0, 0, 0];
            Assert.Empty(Scan(Protocol2(Build(Call(Global("numpy.core.multiarray", "_reconstruct")), Tuple(Bytes(data))))).Findings);
        }

        Assert.Throws<InvalidCheckpointException>(() => Scan([0x82, 0xa6, .. "params"u8, 0xc0]));
    }

    [Fact]
    public void ANameOfAMillionPartsTakesNoTime()
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var parts = string.Join('.', Enumerable.Repeat("a", 1_000_000));
        Assert.Equal(GlobalRisk.Dangerous, RiskOf(Global("m", parts)));
        Assert.Equal(GlobalRisk.Unknown, RiskOf(Global(parts, "n")));
        Assert.Equal(GlobalRisk.Unknown, RiskOf(Global("torch." + parts, "n")));
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10));
    }

    private static byte[] Bytes(byte[] bytes) => [(byte)'B', .. BitConverter.GetBytes(bytes.Length), .. bytes];

    private static string Finding(byte[] value, string rule) =>
        string.Join('\n', Scan(Protocol2(value)).Findings.Where(finding => finding.Rule.Id == rule).Select(finding => finding.Message));

    private static GlobalRisk RiskOf(byte[] value, string? name = null) => Scan(Protocol2(value)).Globals.Last(global => name is null || global.Name.Name == name).Risk;

    private static ScanReport Scan(byte[] file)
    {
        using var source = new MemoryByteSource(file);
        return CheckpointScanner.Scan(source, cancellationToken: TestContext.Current.CancellationToken);
    }

    [GeneratedRegex(@"^\| (`(?<name>[^`]+)`(, )?)+ \| (?<risk>harmless|unknown|dangerous) \| (?<why>.*) \|$", RegexOptions.Multiline)]
    private static partial Regex JudgementRow();
}
