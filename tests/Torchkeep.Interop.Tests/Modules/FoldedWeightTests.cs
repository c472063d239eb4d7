using Torchkeep.Interop.Tests.PyTorch;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using CommandLine = Torchkeep.Interop.Tests.EntireModels.CommandLine;

namespace Torchkeep.Interop.Tests.Modules;

/// <summary>Models of weight_norm, spectral_norm and pruning, loaded into layers that have the weight alone, make PyTorch's outputs.</summary>
public sealed class FoldedWeightTests : TorchSharpTests
{
    private static readonly Lazy<string> _script = new(() => File.ReadAllText(Path.Combine(Repository.Root, "tests", "Torchkeep.Interop.Tests", "Modules", "folded.py")));

    private static readonly Dictionary<string, Func<nn.Module<Tensor, Tensor>>> _nets = new()
    {
        ["vocoder"] = () => nn.Sequential(
            nn.Conv1d(2, 8, 7, padding: 3), nn.LeakyReLU(0.1), nn.ConvTranspose1d(8, 4, 4, stride: 2, padding: 1), nn.LeakyReLU(0.1),
            nn.Conv1d(4, 4, 3, padding: 2, dilation: 2), nn.Tanh(), nn.Conv1d(4, 1, 7, padding: 3)),
        ["discriminator"] = () => nn.Sequential(
            nn.Conv2d(1, 4, 4, stride: 2, padding: 1), nn.LeakyReLU(0.2), nn.Conv2d(4, 8, 4, stride: 2, padding: 1, bias: false), nn.LeakyReLU(0.2),
            nn.ConvTranspose2d(8, 8, 2, stride: 2), nn.Flatten(), nn.Linear(8 * 4 * 4, 1)),
        ["recurrent"] = () => new Recurrent(),
    };

    public static TheoryData<string, string, string> Rows =>
    [
        .. from interpreter in Interpreters.Names
           from net in _nets.Keys
           from how in new[] { "weight_norm old", "weight_norm new", "spectral_norm old", "spectral_norm new", "pruning old" }
           where !(how == "weight_norm new" && interpreter == Interpreters.Old)
           select new TheoryDataRow<string, string, string>(interpreter, net, how),
    ];

    [Theory]
    [MemberData(nameof(Rows))]
    public void ModelsMakePyTorchsOutputs(string interpreter, string net, string how)
    {
        var judge = Judge.Named(interpreter);
        using var folder = judge.NewFolder();
        judge.RunModules(folder, $"{_script.Value}\nsave_folded('{net}', '{how}'); lines = []");
        using var scope = NewDisposeScope();
        using var called = torch.load(folder["called.pt"], weights_only: true);
        using var loaded = torch.load(folder["state.pt"], weights_only: true);

        using var model = _nets[net]();
        var error = Assert.Throws<StateDictException>(() => model.load_state_dict(loaded));
        Assert.Contains("model.load_state_dict(loaded, fold_weights: true) computes it", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("near", error.Message, StringComparison.Ordinal);
        var report = model.warm_start(loaded);
        Assert.DoesNotContain("did you mean", report.ToString(), StringComparison.Ordinal);
        Assert.Contains("fold_weights", Assert.Single(report.hints), StringComparison.Ordinal);

        model.load_state_dict(loaded, fold_weights: true);
        CheckCalled(model, called);

        using var warm = _nets[net]();
        Assert.Empty(warm.warm_start(loaded, new() { fold_weights = true, strict = true }).missing);
        CheckCalled(warm, called);

        using var inMemory = _nets[net]();
        inMemory.load_state_dict(loaded.state_dict(), fold_weights: true);
        CheckCalled(inMemory, called);

        CommandLine.Run("convert", folder["state.pt"], folder["folded.pt"], "--fold-weights");
        CommandLine.Run("convert", folder["state.pt"], folder["folded.safetensors"], "--fold-weights");
        using var converted = Checkpoint.Open(folder["folded.pt"]);
        Assert.Equal(called["names"].list<string>().Order(StringComparer.Ordinal), converted.Tensors.Select(tensor => tensor.Name).Order(StringComparer.Ordinal));
        var judged = judge.RunModules(folder, $"{_script.Value}\nlines = judge_folded('{net}', 'folded.pt')");
        Assert.Equal("<All keys matched successfully>", judged[0]);
        Assert.InRange(double.Parse(judged[1], System.Globalization.CultureInfo.InvariantCulture), 0, Outputs.Tolerance);
    }

    public static TheoryData<string, string> Types =>
    [
        .. from interpreter in Interpreters.Names
           from type in new[] { "float32", "float64", "bfloat16", "float16" }
           select new TheoryDataRow<string, string>(interpreter, type),
    ];

    [Theory]
    [MemberData(nameof(Types))]
    public void EveryDimensionAndSettingIsFoldedAsPyTorchDoes(string interpreter, string type)
    {
        var judge = Judge.Named(interpreter);
        using var folder = judge.NewFolder();
        var said = judge.RunModules(folder, $"{_script.Value}\nlines = save_settings(torch.{type})");
        using var state = Checkpoint.Open(folder["state.pt"]);
        using var expected = Checkpoint.Open(folder["folded.pt"]);

        var folded = FoldedWeights.Fold((PyDict)state.Root);

        Dictionary<string, long> worst = [];
        foreach (var (key, value) in (PyDict)expected.Root)
        {
            Assert.True(folded.TryGet(key, out var found), $"{key} is missing");
            var kind = key.AsString().Split('_', '.')[1];
            worst[kind] = Math.Max(worst.GetValueOrDefault(kind), Distance(((PyTensor)value).View, ((PyTensor)found!).View, key.AsString()));
        }

        Assert.Equal(((PyDict)expected.Root).Count, folded.Count);
        var text = $"{judge.Version} {type}: {string.Join(", ", worst.Select(entry => $"{entry.Key} {entry.Value}"))} ({said[0]} tensors{string.Concat(said.Skip(1).Take(3).Select(line => $"; {line}"))})";
        TestContext.Current.TestOutputHelper!.WriteLine(text);
        Assert.Equal(0, worst.GetValueOrDefault("prune"));
        Assert.True(worst.Values.Max() <= 4, text);
    }

    [Theory]
    [InlineData("12_wn_old.pt", "12_wn_folded.pt")]
    [InlineData("12_prune.pt", "12_prune_folded.pt")]
    public void OfTheReports(string file, string right)
    {
        var folder = Path.Combine(Repository.Root, "..", "shared", "reports");
        Assert.SkipUnless(File.Exists(Path.Combine(folder, file)) && File.Exists(Path.Combine(folder, right)), $"there is no {file} with its {right} in {folder}");
        using var state = Checkpoint.Open(Path.Combine(folder, file));
        using var expected = Checkpoint.Open(Path.Combine(folder, right));

        var folded = (PyTensor)FoldedWeights.Fold((PyDict)state.Root)["weight"];

        Assert.InRange(Distance(expected.FindTensor("weight"), folded.View, "weight"), 0, 1);
    }

    private static void CheckCalled(nn.Module<Tensor, Tensor> model, LoadedCheckpoint called)
    {
        model.eval();
        Outputs.Check([called["y"].tensor()], [model.call(called["x"].tensor())]);
    }

    // In units of the last place: how many numbers of the type lie between two.
    private static long Distance(TensorView expected, TensorView actual, string name)
    {
        Assert.Equal(expected.ElementType, actual.ElementType);
        Assert.Equal(expected.Shape.ToArray(), actual.Shape.ToArray());
        var (left, right) = (Ordered(expected), Ordered(actual));
        var infinity = ElementTypeInfo.Of(expected.ElementType).Name switch
        {
            "float16" => 0x7c00,
            "bfloat16" => 0x7f80,
            "float32" => 0x7f80_0000,
            _ => 0x7ff0_0000_0000_0000,
        };

        // One NaN is as good as another: of a slice that is zero, PyTorch's is that of the processor.
        var distance = left.Zip(right, (one, other) => Math.Abs(one) > infinity && Math.Abs(other) > infinity ? 0 : Math.Abs(one - other)).DefaultIfEmpty(0).Max();
        Assert.True(distance < 64, $"{name}: {distance}");
        return distance;
    }

    private static long[] Ordered(TensorView view) => ElementTypeInfo.Of(view.ElementType).ByteSize switch
    {
        2 => [.. view.ToArray<ushort>().Select(bits => (bits & 0x8000) != 0 ? -(long)(bits & 0x7fff) : bits)],
        4 => [.. view.ToArray<uint>().Select(bits => (bits & 0x8000_0000) != 0 ? -(long)(bits & 0x7fff_ffff) : bits)],
        _ => [.. view.ToArray<ulong>().Select(bits => (bits & 0x8000_0000_0000_0000) != 0 ? -(long)(bits & 0x7fff_ffff_ffff_ffff) : (long)bits)],
    };

    private sealed class Recurrent : nn.Module<Tensor, Tensor>
    {
        private readonly LSTM lstm = nn.LSTM(3, 4, batchFirst: true);
        private readonly Linear fc = nn.Linear(4, 4);
        private readonly Linear @out = nn.Linear(4, 2);

        public Recurrent()
            : base(nameof(Recurrent)) => RegisterComponents();

        public override Tensor forward(Tensor input) => @out.call(fc.call(lstm.call(input).Item1).relu());

        protected override void Dispose(bool disposing)
        {
            lstm.Dispose();
            fc.Dispose();
            @out.Dispose();
            base.Dispose(disposing);
        }
    }
}
