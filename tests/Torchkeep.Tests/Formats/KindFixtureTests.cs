using System.Security.Cryptography;
using System.Text.Json;

namespace Torchkeep.Tests.Formats;

/// <summary>Files of rarer kinds that both PyTorches wrote (tests/fixtures/kinds.py), and what they say is in the state_dicts.</summary>
public sealed class KindFixtureTests
{
    private static readonly string[] _versions = ["1.13", "2.14"];

    public static TheoryData<string, string> Files
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var version in _versions)
            {
                foreach (var file in Truth(version).EnumerateObject())
                {
                    data.Add(version, file.Name);
                }
            }

            return data;
        }
    }

    [Theory, MemberData(nameof(Files))]
    public void TheStateDictIsThatOfPyTorch(string version, string file)
    {
        var truth = Truth(version).GetProperty(file);
        using var checkpoint = Checkpoint.Open(Path.Combine(Folder(version), file));

        var state = checkpoint.FindStateDict(truth.GetProperty("path").GetString());

        Assert.Equal(truth.GetProperty("state").EnumerateArray().Select(row => row.GetRawText().Replace(" ", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal)), state.SelectMany(entry => Rows(entry.Key.AsString(), entry.Value)));
    }

    [Theory, MemberData(nameof(Files))]
    public void EveryFileIsWhole(string version, string file) => Assert.True(CheckpointVerifier.Verify(Path.Combine(Folder(version), file), cancellationToken: TestContext.Current.CancellationToken).IsWhole);

    [Fact]
    public void AMemberOfAnEnumAndANamedTupleArePlainData()
    {
        using var checkpoint = Checkpoint.Open(Path.Combine(Folder("2.14"), "classes.pt"));

        var attributes = Assert.IsType<PyDict>(Assert.IsType<PyObject>(checkpoint.Root).State);

        Assert.Equal(2, Assert.IsType<PyObject>(attributes["color"]).Arguments.Items[0].AsInt64());
        Assert.Equal([1, 1], attributes["point"][0].AsTensor().ToArray<float>());
        Assert.Equal(["linear", "norm"], checkpoint.FindModule()!.Children.Keys);
    }

    [Fact]
    public void APackagesPicklesShareStorages()
    {
        using var checkpoint = Checkpoint.Open(Path.Combine(Folder("1.13"), "package.pt"));

        Assert.Equal(CheckpointFormat.TorchPackage, checkpoint.Format);
        Assert.Equal(["model/net.pkl", "rest/tied.pkl"], ((PyDict)checkpoint.Root).Select(entry => entry.Key.AsString()).Order(StringComparer.Ordinal));
        Assert.Same(checkpoint.FindStateDict("$['model/net.pkl']")["0.weight"].AsTensor().Storage, checkpoint["rest/tied.pkl"]["weight"].AsTensor().Storage);
    }

    [Fact]
    public void AReferenceIsTheTensorOfItsFile()
    {
        using var checkpoint = Checkpoint.Open(Path.Combine(Folder("2.14"), "references.pt"));

        Assert.Same(checkpoint["model"]["weight"], checkpoint["again"][0]);
        Assert.Equal(3, checkpoint["epoch"].AsInt64());
    }

    [Fact]
    public void AReferenceWhoseFileIsMissingIsSaidToBe()
    {
        using var folder = new IO.TemporaryFolder();
        File.Copy(Path.Combine(Folder("2.14"), "references.pt"), folder["model.pt"]);

        var error = Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(folder["model.pt"]));
        var inMemory = Assert.Throws<UnsupportedCheckpointException>(() => Checkpoint.Open(File.ReadAllBytes(folder["model.pt"])));

        Assert.Contains("model.pt.tensors", error.Message, StringComparison.Ordinal);
        Assert.Contains("by its path", inMemory.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ADistributedTensorIsATensorWhereAllOfItIsHere()
    {
        using var whole = Checkpoint.Open(Path.Combine(Folder("2.14"), "dtensor.pt"));
        using var part = Checkpoint.Open(Path.Combine(Folder("2.14"), "dtensor_part.pt"));
        var wrapper = Assert.IsType<PyWrapperTensor>(part["shard"]);

        Assert.Equal(Enumerable.Range(0, 12).Select(i => (float)i), whole["shard"].AsTensor().ToArray<float>());
        Assert.Equal(whole["shard"].AsTensor().ToArray<float>(), whole["parameter"].AsTensor().ToArray<float>());
        Assert.Null(wrapper.Whole);
        Assert.Contains("one process's part [2, 3]", wrapper.ToString(), StringComparison.Ordinal);
        Assert.NotNull(Assert.IsType<PyWrapperTensor>(part["replicate"]).Whole);
        Assert.Null(Assert.IsType<PyWrapperTensor>(part["partial"]).Whole);
        Assert.Throws<InvalidOperationException>(() => part["partial"].AsTensor());
    }

    private static IEnumerable<string> Rows(string name, PyValue value) => value switch
    {
        PyTuple tuple => tuple.Items.SelectMany((item, i) => Rows($"{name}.{i}", item)),
        PyTensor or PyWrapperTensor => [Row(name, value.AsTensor(), value.AsTensor().Shape.AsSpan(), "")],
        PyQuantizedTensor { Scales: null } quantized => [Row(name, quantized.Integers, quantized.Shape.AsSpan(), $",[{Number(quantized.Scale)},{quantized.ZeroPoint}]")],
        PyQuantizedTensor quantized => [Row(name, quantized.Integers, quantized.Shape.AsSpan(), $",[\"{Sha256(quantized.Scales!.View)}\",\"{Sha256(quantized.ZeroPoints!.View)}\"]")],
        _ => [$"[\"{name}\"]"],
    };

    private static string Row(string name, TensorView view, ReadOnlySpan<long> shape, string scale) =>
        $"[\"{name}\",\"{ElementTypeInfo.Of(view.ElementType)}\",[{string.Join(',', shape.ToArray())}],\"{Sha256(view)}\"{scale}]";

    private static string Number(double value) => JsonSerializer.Serialize(value) is var text && text.Contains('.', StringComparison.Ordinal) ? text : $"{text}.0";

    private static string Sha256(TensorView view)
    {
        var bytes = new byte[view.ByteLength];
        view.ReadBytes(bytes);
        return Convert.ToHexStringLower(SHA256.HashData(bytes));
    }

    private static string Folder(string version) => Path.Combine(Repository.Root, "tests", "fixtures", $"kinds-{version}");

    private static JsonElement Truth(string version) => JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder(version), "truth.json"))).RootElement;
}
