using System.Runtime.InteropServices;
using Torchkeep;

namespace PublicApi.Tests.Sources;

/// <summary>Another package can bring a source of bytes, to read from and to save from: this project sees what is public alone.</summary>
public sealed class ByteSourceTests
{
    private static readonly float[] _elements = [1, 2, 3, 4, 5, 6];

    [Fact]
    public void ACheckpointIsReadFromIt()
    {
        var source = ScrambledByteSource.Of(File(), key: 0x5a);
        using (var checkpoint = Checkpoint.Open(source))
        {
            Assert.Equal("a scrambled file", checkpoint.File);
            Assert.Equal(_elements, checkpoint.FindTensor("weight").ToArray<float>());
        }

        Assert.True(source.IsDisposed);
    }

    [Fact]
    public void ItsNameIsInTheMessages()
    {
        var error = Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(ScrambledByteSource.Of(File().AsSpan(..^1), key: 0x5a)));
        Assert.Equal("a scrambled file", error.File);
    }

    [Fact]
    public void AStorageIsSavedFromIt()
    {
        using var source = ScrambledByteSource.Of(MemoryMarshal.AsBytes<float>(_elements), key: 0x33);
        var view = new TensorView(new TensorStorage(source), ElementType.Float32, [3, 2]);
        using var stream = new MemoryStream();
        Checkpoint.Save(new PyDict { { "weight", view } }, stream);

        using var checkpoint = Checkpoint.Open(stream.ToArray());
        Assert.Equal(_elements, checkpoint.FindTensor("weight").ToArray<float>());
    }

    [Fact]
    public async Task ASaveReadsItWithoutBlocking()
    {
        using var source = ScrambledByteSource.Of(MemoryMarshal.AsBytes<float>(_elements), key: 0x33);
        using var stream = new MemoryStream();
        await Checkpoint.SaveAsync(
            new TensorView(new TensorStorage(source), ElementType.Float32, [6]), stream, cancellationToken: TestContext.Current.CancellationToken);
        Assert.NotEqual(0, source.AsyncReads);

        using var checkpoint = Checkpoint.Open(stream.ToArray());
        Assert.Equal(_elements, checkpoint.Root.AsTensor().ToArray<float>());
    }

    private static byte[] File()
    {
        using var stream = new MemoryStream();
        Checkpoint.Save(new PyDict { { "weight", TensorView.FromArray(_elements, ElementType.Float32, 2, 3) } }, stream);
        return stream.ToArray();
    }
}
