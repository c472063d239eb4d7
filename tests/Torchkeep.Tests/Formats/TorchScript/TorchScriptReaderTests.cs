using System.Text;
using Torchkeep.Tests.Formats.TorchZip;
using static Torchkeep.Tests.PickleBytes;

namespace Torchkeep.Tests.Formats.TorchScript;

/// <summary>Archives since PyTorch 1.4, and what can be wrong with them.</summary>
public sealed class TorchScriptReaderTests
{
    [Fact]
    public void CodeSaysWhatIsAParameterAndWhatABuffer()
    {
        using var checkpoint = Checkpoint.Open(ScriptArchive.With());
        Assert.Equal(CheckpointFormat.TorchScript, checkpoint.Format);
        var state = checkpoint.FindStateDict();

        // The inner class does not list its buffers, as before 1.6: there every tensor is one.
        Assert.Equal(["weight", "mean", "0.a.b", "0.kept"], state.Select(entry => entry.Key.AsString()));
        Assert.Equal([3, 1, 1, 2], state.Select(entry => entry.Value.AsTensor().ToArray<float>()[0]));
        Assert.Equal("['', '0']", $"[{string.Join(", ", ((PyDict)state.Attributes!["_metadata"]).Select(entry => entry.Key))}]");
        Assert.Equal(["a.b", "kept"], checkpoint.FindStateDict("$.0").Select(entry => entry.Key.AsString()));
    }

    [Fact]
    public void TheModuleHasTheSame()
    {
        using var checkpoint = Checkpoint.Open(ScriptArchive.With());

        var module = checkpoint.FindModule()!;

        Assert.True(module.IsScripted);
        Assert.Equal(["weight"], module.Parameters.Keys);
        Assert.Contains("mean", module.Buffers.Keys);
        Assert.DoesNotContain("mean", module.NonPersistentBuffers);
        Assert.Equal(["0"], module.Children.Keys);
        Assert.Equal(["", "0"], module.Walk().Select(entry => entry.Path));
    }

    [Fact]
    public void ConstantsHaveStoragesAndPathsOfTheirOwn()
    {
        using var checkpoint = Checkpoint.Open(ScriptArchive.With());
        Assert.Equal(4, checkpoint.FindTensor("constants.0").ToArray<float>()[0]);
        Assert.Equal(1, checkpoint.FindTensor("mean").ToArray<float>()[0]);
        Assert.Equal(["constants", "constants[0]", "constants[1]"], checkpoint.Walk().Select(entry => entry.Path).Where(path => path[0] != '$'));
        Assert.Equal("constants.0", checkpoint.FindTensor("constants[0]").Name);
        Assert.Equal(["$", "constants"], checkpoint.Roots.Select(root => root.Path));
    }

    [Fact]
    public void NoConstantsAreNoRoot()
    {
        using var checkpoint = Checkpoint.Open(ScriptArchive.With(new RawRecord("net/constants.pkl", Protocol2(Tuple()))));
        Assert.Equal(["$"], checkpoint.Roots.Select(root => root.Path));
    }

    [Fact]
    public void TypedContainersAreListsAndDictionaries()
    {
        byte[] Made(string name, params byte[][] arguments) => Call(Global("torch.jit._pickle", name), arguments);
        var pickle = Protocol2(Build(ScriptArchive.New("__torch__", "Net"), Dict(
            (Str("ints"), Made("build_intlist", List(Int(1), Int(2)))),
            (Str("tensors"), Made("build_tensorlist", List(ScriptArchive.Tensor("0")))),
            (Str("truths"), Made("build_boollist", List(True))),
            (Str("floats"), Made("build_doublelist", List(Float(0.5)))),
            (Str("words"), Made("restore_type_tag", Dict((Str("a"), Int(1))), Str("Dict[str, int]"))),
            (Str("strange"), Made("build_intlist", Int(1))))));
        using var checkpoint = Checkpoint.Open(ScriptArchive.With(new RawRecord("net/data.pkl", pickle)));
        var state = (PyDict)Assert.IsType<PyObject>(checkpoint.Root).State!;
        Assert.Equal(2, state["ints"][1].AsInt64());
        Assert.Equal(1, state["tensors"][0].AsTensor().ToArray<float>()[0]);
        Assert.True(state["truths"][0].AsBoolean());
        Assert.Equal(0.5, state["floats"][0].AsDouble());
        Assert.Equal(1, state["words"]["a"].AsInt64());
        Assert.IsType<PyObject>(state["strange"]);
    }

    [Fact]
    public void OpeningReadsNoCodeAndNoTensor()
    {
        var code = new RawRecord("net/code/__torch__.py", Encoding.UTF8.GetBytes(ScriptArchive.Code + new string('#', 1 << 20)));
        var tensor = new RawRecord("net/data/0", new byte[1 << 20]);
        var pickle = new RawRecord("net/data.pkl", Protocol2(Build(ScriptArchive.New("__torch__", "Net"), Dict((Str("mean"), ScriptArchive.Tensor("0", 1 << 18))))));
        var source = new CountingByteSource(ScriptArchive.With(code, tensor, pickle));
        using var checkpoint = Checkpoint.Open(source);
        _ = checkpoint.Tensors;
        Assert.InRange(source.BytesRead, 1, 80_000);
        Assert.Equal(["mean"], checkpoint.FindStateDict().Select(entry => entry.Key.AsString()));
        Assert.InRange(source.BytesRead, 1 << 20, (1 << 20) + 80_000);
    }

    [Fact]
    public void MissingCodeIsNamed()
    {
        using var checkpoint = Checkpoint.Open(ScriptArchive.Without("net/code/__torch__.py"));
        Assert.Equal("net/code/__torch__.py", Assert.Throws<InvalidCheckpointException>(() => checkpoint.FindStateDict()).Record);
        Assert.Equal(6, checkpoint.Tensors.Count);

        using var other = Checkpoint.Open(ScriptArchive.With(new RawRecord("net/code/__torch__.py", "class Other(Module):\n"u8.ToArray())));
        Assert.Contains("no class 'Net'", Assert.Throws<InvalidCheckpointException>(() => other.FindStateDict()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NamesAreUnescaped()
    {
        var pickle = Protocol2(Build(ScriptArchive.New("__torch__", "Net"), Dict((Str("ж\"n"), ScriptArchive.Tensor("0")), (Str("\\"), ScriptArchive.Tensor("1")))));
        var code = """
            class Net(Module):
              __parameters__ = ["\\", ]
              __buffers__ = ["\320\266\"n", ]

            """;
        using var checkpoint = Checkpoint.Open(ScriptArchive.With(new("net/data.pkl", pickle), new("net/code/__torch__.py", Encoding.UTF8.GetBytes(code))));
        Assert.Equal(["\\", "ж\"n"], checkpoint.FindStateDict().Select(entry => entry.Key.AsString()));
    }

    [Fact]
    public void AClassNameIsNoWayOutOfTheArchive()
    {
        var pickle = Protocol2(Build(ScriptArchive.New("__torch__......etc", "passwd"), Dict((Str("mean"), ScriptArchive.Tensor("0")))));
        using var checkpoint = Checkpoint.Open(ScriptArchive.With(new RawRecord("net/data.pkl", pickle)));
        Assert.Contains("no such record", Assert.Throws<InvalidCheckpointException>(() => checkpoint.FindStateDict()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AConstantWithoutItsBytesIsNamed()
    {
        var error = Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(ScriptArchive.Without("net/constants/0")));
        Assert.Equal("net/constants/0", error.Record);
    }

    [Fact]
    public void BrokenConstantsAreNamed()
    {
        var error = Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(ScriptArchive.With(new RawRecord("net/constants.pkl", []))));
        Assert.Equal("net/constants.pkl", error.Record);
    }

    [Fact]
    public void CodeThatUnfoldsBeyondMeasureIsNotUnfolded()
    {
        var code = RawRecord.Deflated("net/code/__torch__.py", new byte[1 << 20]);
        using var checkpoint = Checkpoint.Open(ScriptArchive.With(code), new ReadOptions { Limits = new() { MaxPickleBytes = 1000 } });
        var error = Assert.Throws<UnsupportedCheckpointException>(() => checkpoint.FindStateDict());
        Assert.Equal("net/code/__torch__.py", error.Record);
        Assert.Contains("MaxPickleBytes", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("class Net(Module")]
    [InlineData("class Net(Module):\n  __parameters__ = [\"weight")]
    [InlineData("\0\0\0class Net(Module):")]
    [InlineData("class Net(Module):\n  __parameters__ = [\"\\x\", \"\\\", \"weight\"]")]
    public void BrokenCodeIsReadAsFarAsItGoes(string code)
    {
        using var checkpoint = Checkpoint.Open(ScriptArchive.With(new RawRecord("net/code/__torch__.py", Encoding.UTF8.GetBytes(code))));
        try
        {
            checkpoint.FindStateDict();
        }
        catch (Exception error) when (error is KeyNotFoundException or CheckpointException)
        {
            // Which of them is a matter of what is broken; nothing else may come.
        }
    }
}
