using TorchSharp;
using static TorchSharp.torch;

namespace Torchkeep.TorchSharp.Tests;

/// <summary>Files that TorchSharp's own methods write.</summary>
public sealed class TorchSharpFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void WhatModuleSaveWritesIsRead()
    {
        using var net = nn.Sequential(("0", nn.Linear(3, 2)), ("1", nn.BatchNorm1d(2)), ("2", nn.Embedding(300, 4)));
        using var other = nn.Sequential(("0", nn.Linear(3, 2)), ("1", nn.BatchNorm1d(2)), ("2", nn.Embedding(300, 4)));
        net.save(_folder["net.dat"]);

        using var checkpoint = Checkpoint.Open(_folder["net.dat"]);
        using var loaded = torch.load(_folder["net.dat"], weights_only: true);

        Assert.Equal(CheckpointFormat.TorchSharp, checkpoint.Format);
        Assert.Equal("<All keys matched successfully>", other.load_state_dict(loaded).ToString());
        foreach (var (name, tensor) in net.state_dict())
        {
            Assert.Equal(Bits.Of(tensor), Bits.Of(other.state_dict()[name]));
        }
    }

    [Fact]
    public void EveryTypeThatTorchSharpSavesIsRead()
    {
        foreach (var type in new[] { ScalarType.Byte, ScalarType.Int8, ScalarType.Int16, ScalarType.Int32, ScalarType.Int64, ScalarType.Float16, ScalarType.Float32, ScalarType.Float64, ScalarType.Bool, ScalarType.BFloat16, ScalarType.ComplexFloat32, ScalarType.ComplexFloat64 })
        {
            using var tensor = arange(0, 200).to(type).reshape(100, 2);
            using (var writer = new BinaryWriter(File.Create(_folder["one.dat"])))
            {
                nn.Module.save_state_dict(writer, new Dictionary<string, Tensor> { ["a.tensor"] = tensor });
            }

            using var loaded = torch.load(_folder["one.dat"], weights_only: true);
            using var read = loaded["a.tensor"].tensor();

            Assert.Equal((type, 100, 2), (read.dtype, read.shape[0], read.shape[1]));
            Assert.Equal(Bits.Of(tensor), Bits.Of(read));
        }
    }

    [Fact]
    public void TheStateOfAnOptimizerIsNamed()
    {
        using var net = nn.Linear(3, 2);
        using var optimizer = optim.Adam(net.parameters());
        optimizer.save_state_dict(_folder["optimizer.dat"]);

        Assert.Contains("TorchSharp's own optimizer Adam", Assert.Throws<InvalidCheckpointException>(() => torch.load(_folder["optimizer.dat"], weights_only: true)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("xla:1", "a TPU")]
    [InlineData("mtia:0", "Meta")]
    [InlineData("hpu:0", "Gaudi")]
    [InlineData("npu:3", "Ascend")]
    [InlineData("mps", "Apple")]
    [InlineData("brand_new:0", "does not know")]
    public void ADeviceThatIsNotHereIsSaidWhatToDoAbout(string tag, string what)
    {
        TensorStorage storage = new(TensorStorage.FromArray(new float[] { 1 }).Bytes, tag);
        using var stream = new MemoryStream();
        Checkpoint.Save(new PyDict { ["w"] = new TensorView(storage, ElementType.Float32, [1]) }, stream, cancellationToken: TestContext.Current.CancellationToken);

        using var loaded = InMemory.Load(stream.ToArray());
        var error = Assert.ThrowsAny<Exception>(() => loaded["w"].tensor());

        Assert.Contains($"map_location: \"cpu\", or new() {{ [\"{tag}\"] = \"cpu\" }}", error.Message, StringComparison.Ordinal);
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
        using var mapped = torch.load(new MemoryStream(stream.ToArray()), map_location: new MapLocation(_ => CPU), weights_only: true);
        Assert.Equal(1, mapped["w"].tensor().item<float>());
    }
}
