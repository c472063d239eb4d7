using System.Text;
using Torchkeep.Tests.Formats.TorchZip;
using static Torchkeep.Tests.PickleBytes;

namespace Torchkeep.Tests.Formats;

/// <summary>Files of programs beside PyTorch: joblib, TorchSharp itself, StyleGAN; and what PyTorch wrote for a short time.</summary>
public sealed class OtherWritersTests
{
    // NumpyArrayWrapper of four float32, and behind it the raw bytes: 7 of no meaning, then the elements.
    private static byte[] Joblib(byte[] raw, string type = "f4", byte[]? alignment = null) =>
    [
        0x80, 3, .. Dict((Str("coef"), [
            .. Global("joblib.numpy_pickle", "NumpyArrayWrapper"), (byte)')', 0x81,
            .. Dict(
                (Str("subclass"), Global("numpy", "ndarray")),
                (Str("shape"), Tuple(Int(2), Int(2))),
                (Str("order"), Str("F")),
                (Str("dtype"), Build(Call(Global("numpy", "dtype"), Str(type), False, True), Tuple(Int(3), Str("<"), None, None, None, Int(-1), Int(-1), Int(0)))),
                (Str("numpy_array_alignment_bytes"), alignment ?? Int(16))), (byte)'b',
            .. raw,
            ]), (Str("n"), Int(1))), (byte)'.',
    ];

    private static byte[] Elements => [.. BitConverter.GetBytes(1f), .. BitConverter.GetBytes(2f), .. BitConverter.GetBytes(3f), .. BitConverter.GetBytes(4f)];

    [Theory]
    [InlineData(7)]
    [InlineData(0)]
    [InlineData(-1)]
    public void AnArrayOfJoblibIsAnArray(int padding)
    {
        byte[] raw = padding < 0 ? Elements : [(byte)padding, .. Enumerable.Repeat((byte)255, padding), .. Elements];
        var bytes = Joblib(raw, alignment: padding < 0 ? None : null);

        using var checkpoint = Checkpoint.Open(bytes);

        var array = checkpoint["coef"].AsNumpy().ToTensor();
        Assert.Equal([2, 2], array.Shape);
        Assert.Equal([1, 3, 2, 4], array.ToArray<float>());
        Assert.Equal(1, checkpoint["n"].AsInt64());
        Assert.True(CheckpointVerifier.Verify(new CountingByteSource(bytes), cancellationToken: TestContext.Current.CancellationToken).IsWhole);
    }

    [Fact]
    public void AnArrayOfObjectsIsNotCalledDamaged()
    {
        var bytes = Joblib([0x80, 2, (byte)'N', (byte)'.'], type: "O8");

        Assert.Contains("objects by joblib", Assert.Throws<UnsupportedCheckpointException>(() => Checkpoint.Open(bytes)).Message, StringComparison.Ordinal);
        Assert.Throws<UnsupportedCheckpointException>(() => CheckpointVerifier.Verify(new CountingByteSource(bytes), cancellationToken: TestContext.Current.CancellationToken));
    }

    [Fact]
    public void AnArrayOfJoblibThatIsCutOffIsTruncated()
    {
        // The key and number behind the elements take 18 bytes.
        var bytes = Joblib([7, .. new byte[7], .. Elements]);

        Assert.Contains("truncated", Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(bytes.AsMemory(0, bytes.Length - 23))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheFileOfTorchSharpHasItsTensors()
    {
        byte[] bytes = [2, 1, (byte)'w', 6, 2, 2, 1, .. BitConverter.GetBytes(1f), .. BitConverter.GetBytes(2f), 3, .. "a.n"u8, 4, 0, .. BitConverter.GetBytes(5L)];

        using var checkpoint = Checkpoint.Open(bytes);

        Assert.Equal(CheckpointFormat.TorchSharp, checkpoint.Format);
        Assert.Equal(["w", "a.n"], checkpoint.FindStateDict().Select(entry => entry.Key.AsString()));
        Assert.Equal([2, 1], checkpoint.FindTensor("w").Shape);
        Assert.Equal([1, 2], checkpoint.FindTensor("w").ToArray<float>());
        Assert.Equal([5], checkpoint["a.n"].AsTensor().ToArray<long>());
        Assert.True(CheckpointVerifier.Verify(new CountingByteSource(bytes), cancellationToken: TestContext.Current.CancellationToken).IsWhole);
        Assert.False(CheckpointVerifier.Verify(new CountingByteSource([.. bytes, 0]), cancellationToken: TestContext.Current.CancellationToken).IsWhole);
    }

    [Fact]
    public void AnyCutOfAFileOfTorchSharpIsAnError()
    {
        byte[] bytes = [2, 1, (byte)'w', 6, 1, 2, .. BitConverter.GetBytes(1f), .. BitConverter.GetBytes(2f), 1, (byte)'n', 4, 0, .. BitConverter.GetBytes(5L)];
        for (var length = 1; length < bytes.Length; length++)
        {
            Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(bytes.AsMemory(0, length)));
        }
    }

    [Theory]
    [InlineData(new byte[] { 1, 1, 0x77, 6, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f }, "64 bits")]
    [InlineData(new byte[] { 1, 1, 0x77, 6, 1, 0xff, 0xff, 0xff, 0x7f, 1 }, "truncated")]
    [InlineData(new byte[] { 2, 1, 0x77, 6, 1, 0, 1, 0x77, 6, 1, 0 }, "twice")]
    [InlineData(new byte[] { 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 1, 0x77, 6, 1, 0 }, "over the limit")]
    public void ALieInAFileOfTorchSharpIsRefused(byte[] bytes, string expected) =>
        Assert.Contains(expected, Assert.ThrowsAny<CheckpointException>(() => Checkpoint.Open(bytes)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void APersistentObjectOfStyleGanIsAModule(bool isOfAClass)
    {
        byte[] Reconstruct(string name, byte[] state)
        {
            var fields = Dict((Str("type"), Str("class")), (Str("module_src"), Str("import os")), (Str("class_name"), Str(name)), (Str("state"), state));
            return Call(Global("torch_utils.persistence", "_reconstruct_persistent_obj"), isOfAClass ? [.. Global("dnnlib.util", "EasyDict"), (byte)')', 0x81, .. fields[1..]] : fields);
        }

        byte[] Module((byte[] Key, byte[] Value)[] parameters, (byte[] Key, byte[] Value)[] children) =>
            Dict((Str("_parameters"), Dict(parameters)), (Str("_buffers"), Dict()), (Str("_modules"), Dict(children)));

        var weight = TensorV2(Storage("ByteStorage", "0", 2), 0, [2], [1]);
        var pickle = Protocol2(Dict((Str("G_ema"), Reconstruct("Generator", Module([], [(Str("fc"), Reconstruct("Layer", Module([(Str("weight"), weight)], [])))])))));

        using var checkpoint = Checkpoint.Open(TorchZipBytes.Build(pickle, ("0", [1, 2])));

        Assert.Equal("fc.weight", Assert.Single(checkpoint.FindStateDict("G_ema")).Key.AsString());
        Assert.Equal(["torch_utils.persistence.Generator", "torch_utils.persistence.Layer"], checkpoint.FindModule()!.Walk().Select(entry => entry.Module.ClassName));
    }

    [Fact]
    public void AQuantizedTensorMayHaveItsScaleInPlaceOfAScheme()
    {
        var tensor = Call(Global("torch._utils", "_rebuild_qtensor"), Storage("QInt8Storage", "0", 2), Int(0), Ints(2), Ints(1), Float(0.5), Int(3), False, OrderedDict());

        using var checkpoint = Checkpoint.Open(TorchZipBytes.Build(Protocol2(tensor), ("0", [1, 2])));

        var quantized = Assert.IsType<PyQuantizedTensor>(checkpoint.Root);
        Assert.Equal((0.5, 3L, false), (quantized.Scale, quantized.ZeroPoint, quantized.IsPerChannel));
    }

    [Theory]
    [InlineData("(ctorch.jit._pickle\nbuild_tensor_from_id\n(K\u0001tRK\u0005t.")]
    [InlineData("(c__main__\nTensorID\n)\u0081K\u0001bK\u0005t.")]
    public void AttributesBeforePyTorch14AreBuffers(string attributes)
    {
        const string Json = """
            {"mainModule": {"name": "net", "parameters": [{"name": "w"}], "submodules": [{"name": "bn", "attributes": [{"type": "Tensor", "name": "running_mean"}, {"type": "int", "name": "n", "id": "1"}]}]},
             "tensors": [{"dims": ["1"], "strides": ["1"], "dataType": "FLOAT", "data": {"key": "tensors/0"}, "device": "cpu"},
                         {"dims": ["1"], "strides": ["1"], "dataType": "FLOAT", "data": {"key": "tensors/1"}, "device": "cpu"}]}
            """;
        byte[] Archive(string pickle) => new RawZip(
            new("net/model.json", Encoding.UTF8.GetBytes(Json)),
            new("net/version", "1\n"u8.ToArray()),
            new("net/attributes.pkl", [0x80, 2, .. Encoding.Latin1.GetBytes(pickle)]),
            new("net/tensors/0", BitConverter.GetBytes(1f)),
            new("net/tensors/1", BitConverter.GetBytes(2f))).Build();

        using var checkpoint = Checkpoint.Open(Archive(attributes));

        Assert.Equal(["w", "bn.running_mean"], checkpoint.FindStateDict().Select(entry => entry.Key.AsString()));
        Assert.Equal([2], checkpoint.FindStateDict()["bn.running_mean"].AsTensor().ToArray<float>());
        Assert.Equal(5, checkpoint.FindModule()!.Children["bn"]!.Settings["n"].AsInt64());
        Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(Archive("(K\u0001t.")));
        Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(Archive("(ctorch.jit._pickle\nbuild_tensor_from_id\n(K\u0009tRK\u0005t.")));
        Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(Archive("K\u0001.")));
    }

    [Fact]
    public void ACallWithoutATupleIsForTorchScriptAlone()
    {
        byte[] Enum(string module) => Protocol2([.. Global(module, "Color"), .. Int(2), (byte)'R']);

        Assert.IsType<PyObject>(Checkpoint.Open(TorchZipBytes.Build(Enum("__torch__.a"))).Root);
        Assert.Contains("a tuple of arguments", Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(TorchZipBytes.Build(Enum("builtins")))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Protocol0IsNamed()
    {
        byte[] pickle = [.. "P('storage', <class 'torch.FloatStorage'>, '0', 'cpu', 4)\n."u8];

        Assert.Contains("pickle_protocol=0", Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(TorchZipBytes.Build(pickle))).Message, StringComparison.Ordinal);
    }
}
