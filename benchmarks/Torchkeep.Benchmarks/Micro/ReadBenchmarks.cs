using BenchmarkDotNet.Attributes;

namespace Torchkeep.Benchmarks.Micro;

/// <summary>Elements of one tensor of 16 MiB, as they lie and transposed, and its save.</summary>
[MemoryDiagnoser]
public class ReadBenchmarks
{
    private const int Side = 2048;

    private readonly byte[] _bytes = new byte[Side * Side * sizeof(float)];
    private byte[] _file = [];
    private TensorView? _tensor;

    [Params(true, false)]
    public bool VerifyChecksums { get; set; }

    [GlobalSetup]
    public void Save()
    {
        _tensor = TensorView.FromArray(new float[Side * Side], ElementType.Float32, Side, Side);
        using var stream = new MemoryStream();
        Checkpoint.Save(new PyTensor(_tensor), stream);
        _file = stream.ToArray();
    }

    [Benchmark(Baseline = true)]
    public void AsItLies() => Read(view => view);

    [Benchmark]
    public void Transposed() => Read(view => view.AsStrided([Side, Side], [1, Side], 0));

    [Benchmark]
    public void SaveAgain() => Checkpoint.Save(new PyTensor(_tensor!), Stream.Null);

    private void Read(Func<TensorView, TensorView> view)
    {
        using var checkpoint = Checkpoint.Open(_file, new ReadOptions { VerifyChecksums = VerifyChecksums });
        view(checkpoint.Tensors[0].View).ReadBytes(_bytes);
    }
}
