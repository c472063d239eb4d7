using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Torchkeep.TorchSharp.Tests;

/// <summary>Whole modules and TorchScript go into modules as a state_dict does. LibTorch is the judge of the oldest archives.</summary>
public sealed class ArchiveTests
{
    private const string Model = """
        {"protoVersion": "5", "mainModule": {"torchscriptArena": {"key": "code/net.py"}, "name": "net", "optimize": true,
          "submodules": [{"name": "0", "optimize": true, "torchscriptArena": {"key": "code/net_0.py"},
            "parameters": [{"isBuffer": true, "tensorId": "1", "name": "mean"}, {"isBuffer": false, "tensorId": "2", "name": "weight"}]}],
          "parameters": [{"isBuffer": true, "tensorId": "1", "name": "shared"}, {"isBuffer": false, "tensorId": "0", "name": "w"}],
          "attributes": [{"type": "Tensor", "name": "value", "id": "0"}, {"type": "int", "name": "n", "id": "1"}]},
         "producerName": "pytorch", "producerVersion": "1.0",
         "tensors": [
          {"dims": ["2"], "offset": "0", "strides": ["1"], "requiresGrad": true, "dataType": "FLOAT", "data": {"key": "tensors/0"}, "device": "cpu"},
          {"dims": ["2"], "offset": "1", "strides": ["1"], "requiresGrad": false, "dataType": "FLOAT", "data": {"key": "tensors/1"}, "device": "cpu"},
          {"dims": ["2", "2"], "offset": "0", "strides": ["1", "2"], "requiresGrad": false, "dataType": "FLOAT", "data": {"key": "tensors/1"}, "device": "cpu"},
          {"dims": [], "dataType": "INT64", "data": {"key": "tensors/2"}, "device": "cpu"}]}
        """;

    private const string Code = "op_version_set = 1\ndef forward(self,\n    x: Tensor) -> Tensor:\n  return x\n";

    [Fact]
    public void AnArchiveOfBefore14IsWhatLibTorchReadsInIt()
    {
        using var folder = new TemporaryFolder();
        var path = folder["net.pt"];
        using (var zip = new ZipArchive(File.Create(path), ZipArchiveMode.Create))
        {
            Add("version", "1\n"u8.ToArray());
            Add("tensors/0", MemoryMarshal.AsBytes(new float[] { 1, 2 }.AsSpan()).ToArray());
            Add("tensors/1", MemoryMarshal.AsBytes(new float[] { 3, 4, 5, 6 }.AsSpan()).ToArray());
            Add("tensors/2", BitConverter.GetBytes(9L));
            Add("code/net.py", Encoding.UTF8.GetBytes(Code));
            Add("code/net_0.py", Encoding.UTF8.GetBytes(Code));
            Add("attributes.pkl", [0x80, 2, (byte)'(', .. "ctorch.jit._pickle\nbuild_tensor_from_id\n(K\u0003tRK\u0007t."u8]);
            Add("model.json", Encoding.UTF8.GetBytes(Model));

            void Add(string name, byte[] bytes)
            {
                using var record = zip.CreateEntry($"net/{name}", CompressionLevel.NoCompression).Open();
                record.Write(bytes);
            }
        }

        using var judge = jit.load(path);
        using var loaded = torch.load(path, weights_only: true);
        var state = loaded.state_dict();

        var expected = judge.named_parameters().Concat(judge.named_buffers()).ToDictionary(entry => entry.Item1, entry => entry.Item2);
        Assert.Equal(["w", "shared", "0.weight", "0.mean"], state.Keys);
        Assert.Equal(expected.Keys.Order(), state.Keys.Order());
        Assert.All(expected, entry =>
        {
            Assert.Equal(entry.Value.stride(), state[entry.Key].stride());
            Assert.True(entry.Value.equal(state[entry.Key]).item<bool>());
        });
    }

    [Fact]
    public void AWholeModuleGoesIntoAModule()
    {
        using var expected = nn.Linear(2, 3);
        var tensors = expected.state_dict(keep_vars: false);
        var module = new PyObject(PyObjectKind.New, new PyGlobal("torch.nn.modules.linear", "Linear"), PyTuple.Empty)
        {
            State = new PyDict
            {
                ["_parameters"] = new PyDict { ["weight"] = View(tensors["weight"]), ["bias"] = View(tensors["bias"]) },
                ["_buffers"] = new PyDict(),
                ["_modules"] = new PyDict(),
                ["training"] = true,
            },
        };
        using var stream = new MemoryStream();
        Checkpoint.Save(new PyDict { ["model"] = module, ["epoch"] = 3 }, stream);
        using var loaded = InMemory.Load(stream.ToArray());
        using var net = nn.Linear(2, 3);

        Assert.Equal("<All keys matched successfully>", net.load_state_dict(loaded["model"]).ToString());
        Assert.True(net.weight.equal(expected.weight).item<bool>());
        Assert.Equal(1, loaded["model"].state_dict().metadata![""]["version"].AsInt64());

        // A dictionary stays what PyTorch takes it for.
        Assert.Throws<StateDictException>(() => net.load_state_dict(loaded));
        Assert.Throws<InvalidOperationException>(loaded.state_dict);
    }

    private static TensorView View(Tensor tensor) => TensorView.FromArray(tensor.data<float>().ToArray(), ElementType.Float32, tensor.shape);
}
