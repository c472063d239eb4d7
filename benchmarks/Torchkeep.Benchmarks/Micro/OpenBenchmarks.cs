using BenchmarkDotNet.Attributes;

namespace Torchkeep.Benchmarks.Micro;

/// <summary>Opening: the directory, the pickle and the object graph, from memory.</summary>
[MemoryDiagnoser]
public class OpenBenchmarks
{
    private byte[] _zip = [];
    private byte[] _safetensors = [];

    [Params(1, 1000, 20_000)]
    public int Tensors { get; set; }

    [GlobalSetup]
    public void Save()
    {
        var state = new PyDict(isOrdered: true);
        for (var i = 0; i < Tensors; i++)
        {
            state.Add($"layers.{i}.weight", TensorView.FromArray(new float[4], ElementType.Float32, 2, 2));
        }

        _zip = Saved(state, CheckpointFormat.TorchZip);
        _safetensors = Saved(state, CheckpointFormat.Safetensors);
    }

    [Benchmark(Baseline = true)]
    public int Zip() => Open(_zip);

    [Benchmark]
    public int Safetensors() => Open(_safetensors);

    private static int Open(byte[] file)
    {
        using var checkpoint = Checkpoint.Open(file);
        return checkpoint.Tensors.Count;
    }

    private static byte[] Saved(PyValue root, CheckpointFormat format)
    {
        using var stream = new MemoryStream();
        Checkpoint.Save(root, stream, new() { Format = format });
        return stream.ToArray();
    }
}
