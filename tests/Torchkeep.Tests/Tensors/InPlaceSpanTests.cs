using System.IO.Compression;
using Torchkeep.Tests.IO;
using Torchkeep.Tests.Saving;

namespace Torchkeep.Tests.Tensors;

/// <summary>Spans over the memory that a tensor already lies in.</summary>
public sealed class InPlaceSpanTests : IDisposable
{
    private static readonly PyDict _root = new()
    {
        { "matrix", TensorView.FromArray(new float[] { 1, 2, 3, 4, 5, 6 }, ElementType.Float32, 2, 3) },
        { "scalar", TensorView.FromArray(new[] { 7L }, ElementType.Int64) },
        { "transposed", TensorView.FromArray(new float[] { 1, 2, 3, 4, 5, 6 }, ElementType.Float32, 2, 3).AsStrided([3, 2], [1, 3], 0) },
        { "part", TensorView.FromArray(new float[] { 1, 2, 3, 4, 5, 6 }, ElementType.Float32, 6).AsStrided([2], [1], 3) },
        { "empty", TensorView.FromArray(Array.Empty<float>(), ElementType.Float32, 0) },
    };

    private readonly TemporaryFolder _folder = new();

    public InPlaceSpanTests() => File.WriteAllBytes(_folder["model.pt"], Saved.ToBytes(_root));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AMappedFileAndMemoryGiveThemAndAFileDoesNot()
    {
        using var mapped = Checkpoint.Open(_folder["model.pt"], new() { MemoryMap = true });
        using var memory = Checkpoint.Open(File.ReadAllBytes(_folder["model.pt"]));
        using var file = Checkpoint.Open(_folder["model.pt"]);

        foreach (var checkpoint in new[] { mapped, memory })
        {
            Assert.True(checkpoint.FindTensor("matrix").TryGetSpan<float>(out var matrix));
            Assert.Equal([2, 3], matrix.Lengths.ToArray());
            Assert.Equal(6, matrix[1, 2]);
            Assert.True(checkpoint.FindTensor("scalar").TryGetSpan<long>(out var scalar));
            Assert.Equal(7, scalar[0]);
            Assert.True(checkpoint.FindTensor("part").TryGetSpan<float>(out var part));
            Assert.Equal([4, 5], [part[0], part[1]]);
            Assert.False(checkpoint.FindTensor("transposed").TryGetSpan<float>(out _));
            Assert.False(checkpoint.FindTensor("empty").TryGetSpan<float>(out _));
        }

        Assert.False(file.FindTensor("matrix").TryGetSpan<float>(out _));
    }

    [Fact]
    public void TheElementTypeIsChecked()
    {
        using var mapped = Checkpoint.Open(_folder["model.pt"], new() { MemoryMap = true });

        Assert.Throws<ArgumentException>(() => mapped.FindTensor("matrix").TryGetSpan<long>(out _));
    }

    [Fact]
    public void TheChecksumIsChecked()
    {
        var bytes = File.ReadAllBytes(_folder["model.pt"]);
        bytes[bytes.AsSpan().IndexOf(new byte[] { 0, 0, 0x80, 0x3f, 0, 0, 0, 0x40 })] ^= 1;
        File.WriteAllBytes(_folder["model.pt"], bytes);
        using var mapped = Checkpoint.Open(_folder["model.pt"], new() { MemoryMap = true });
        using var trusting = Checkpoint.Open(_folder["model.pt"], new() { MemoryMap = true, VerifyChecksums = false });

        var error = Assert.Throws<InvalidCheckpointException>(() => mapped.FindTensor("matrix").TryGetSpan<float>(out _));
        Assert.Equal("matrix", error.TensorName);
        Assert.True(trusting.FindTensor("matrix").TryGetSpan<float>(out _));
    }

    [Fact]
    public void ACompressedRecordIsUnfoldedOnce()
    {
        using (var source = new ZipArchive(File.OpenRead(_folder["model.pt"])))
        {
            File.WriteAllBytes(
                _folder["deflated.pt"],
                TorchZipBytes.Archive(source.Entries.Select(entry => (entry.FullName, Read(entry))), CompressionLevel.Optimal));
        }

        using var mapped = Checkpoint.Open(_folder["deflated.pt"], new() { MemoryMap = true });

        Assert.True(mapped.FindTensor("matrix").TryGetSpan<float>(out var matrix));
        Assert.Equal(6, matrix[1, 2]);

        static byte[] Read(ZipArchiveEntry entry)
        {
            var stream = new MemoryStream();
            using var record = entry.Open();
            record.CopyTo(stream);
            return stream.ToArray();
        }
    }
}
