using TorchSharp;
using static TorchSharp.torch;

namespace Torchkeep.TorchSharp.Tests.Tensors;

public class LargeTensorTests(LargeTensor large) : IClassFixture<LargeTensor>
{
    [Fact]
    public void ATensorOfMoreThanTwoGiBIsSavedAndLoaded()
    {
        using var folder = new TemporaryFolder();
        using (var file = new SparseFileStream(folder["large.pt"]))
        {
            torch.save(new Tensor[] { large.Value, large.Value.narrow(0, LargeTensor.Length - 2, 2) }, file);
        }

        using var loaded = torch.load(folder["large.pt"], weights_only: true);
        using var scope = NewDisposeScope();
        var (tensor, end) = loaded.tensors() is [var first, var second] ? (first, second) : default;

        Assert.All(LargeTensor.Places, place => Assert.Equal(LargeTensor.Mark, tensor[place].item<byte>()));
        Assert.Equal(LargeTensor.Places.Length, tensor.count_nonzero().item<long>());
        Assert.Equal([0, LargeTensor.Mark], Bits.Of(end));
        Assert.Equal(Native.StorageStart(tensor), Native.StorageStart(end));
    }

    [Fact]
    public void ADeviceIsReadBehindTwoGiB()
    {
        using var source = new DeviceByteSource(large.Value, sizeof(byte));
        var read = new byte[3];

        source.Read(LargeTensor.Length - 3, read);

        Assert.Equal([0, 0, LargeTensor.Mark], read);
    }
}
