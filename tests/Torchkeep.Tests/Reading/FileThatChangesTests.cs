using Torchkeep.Tests.IO;

namespace Torchkeep.Tests.Reading;

/// <summary>A file that is changed while it is open: an exception, or the old bytes, and never anything else.</summary>
public sealed class FileThatChangesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory, InlineData(0), InlineData(100), InlineData(5000), InlineData(399_000)]
    public void CutItIsAnException(long length)
    {
        using var checkpoint = Open();
        using (var file = Change())
        {
            file.SetLength(length);
        }

        var weight = checkpoint.FindTensor("weight");
        var error = Assert.Throws<InvalidCheckpointException>(() => weight.ToArray<float>());
        Assert.Equal(("weight", Path), (error.TensorName, error.File));
        Assert.Contains("truncated", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OverwrittenItFailsItsChecksum()
    {
        using var checkpoint = Open();
        using (var file = Change())
        {
            file.Position = 200_000;
            file.Write(new byte[64]);
        }

        var weight = checkpoint.FindTensor("weight");
        Assert.Contains("CRC-32", Assert.Throws<InvalidCheckpointException>(() => weight.ToArray<float>()).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidCheckpointException>(() => weight.ReadBytes(new byte[4]));
    }

    [Fact]
    public void ReplacedByASaveItKeepsTheOldBytes()
    {
        using var checkpoint = Open();
        Save(2);
        Assert.All(checkpoint.FindTensor("weight").ToArray<float>(), element => Assert.Equal(1, element));
        using var changed = Checkpoint.Open(Path);
        Assert.Equal(2, changed.FindTensor("weight").ToArray<float>()[0]);
    }

    [Fact]
    public void DeletedItKeepsTheOldBytes()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows deletes what is open when it is closed");
        using var checkpoint = Open();
        File.Delete(Path);
        Assert.Equal(1, checkpoint.FindTensor("weight").ToArray<float>()[^1]);
    }

    [Fact]
    public async Task ReplacedWhileItIsVerifiedItIsWhole()
    {
        Save(1);
        for (var number = 2; number < 12; number++)
        {
            var save = Task.Run(() => Save(number), TestContext.Current.CancellationToken);
            while (!save.IsCompleted)
            {
                Assert.Empty(CheckpointVerifier.Verify(Path, cancellationToken: TestContext.Current.CancellationToken).Faults);
            }

            await save;
        }
    }

    [Fact]
    public void SavedOverItselfFromItsOwnTensorsItIsWhole()
    {
        Save(3);
        using (var checkpoint = Checkpoint.Open(Path))
        {
            Checkpoint.Save(checkpoint.Root, Path, cancellationToken: TestContext.Current.CancellationToken);
            Assert.Equal(3, checkpoint.FindTensor("weight").ToArray<float>()[7]);
        }

        Assert.True(CheckpointVerifier.Verify(Path, cancellationToken: TestContext.Current.CancellationToken).IsWhole);
    }

    private string Path => _folder["model.pt"];

    private Checkpoint Open()
    {
        Save(1);
        return Checkpoint.Open(Path);
    }

    private void Save(float value)
    {
        var elements = new float[100_000];
        elements.AsSpan().Fill(value);
        Checkpoint.Save(new PyDict { { "weight", TensorView.FromArray(elements, ElementType.Float32, elements.Length) } }, Path, new WriteOptions { FlushToDisk = false }, cancellationToken: TestContext.Current.CancellationToken);
    }

    private FileStream Change() => new(Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
}
