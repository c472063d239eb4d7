using Torchkeep.IO;

namespace Torchkeep.Tests.IO;

public sealed class FileByteSourceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AMissingFileIsTheSystemsError() => Assert.Throws<FileNotFoundException>(() => new FileByteSource(_folder["none.pt"]));

    [Fact]
    public void ADirectoryIsTheSystemsError() => Assert.Throws<UnauthorizedAccessException>(() => new FileByteSource(_folder.Path));

    [Fact]
    public void AFileThatIsCutWhileItIsOpenIsTruncated()
    {
        File.WriteAllBytes(_folder["model.pt"], new byte[100]);
        using var source = new FileByteSource(_folder["model.pt"]);
        using (var other = new FileStream(_folder["model.pt"], FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
        {
            other.SetLength(50);
        }

        var error = Assert.Throws<InvalidCheckpointException>(() => source.Read(40, new byte[20]));
        Assert.Equal(_folder["model.pt"], error.File);
        Assert.Equal(50, error.Offset);
    }

    [Fact]
    public void TheOldBytesStayReadableWhenTheFileIsReplaced()
    {
        File.WriteAllBytes(_folder["model.pt"], [1, 2, 3]);
        using var source = new FileByteSource(_folder["model.pt"]);
        using (var replacement = new AtomicFile(_folder["model.pt"]))
        {
            replacement.Stream.Write([4, 5, 6]);
            replacement.Commit(flushToDisk: false);
        }

        var bytes = new byte[3];
        source.Read(0, bytes);
        Assert.Equal([1, 2, 3], bytes);
    }
}
