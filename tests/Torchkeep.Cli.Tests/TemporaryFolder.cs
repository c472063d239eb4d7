namespace Torchkeep.Cli.Tests;

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    internal string Path { get; } = Directory.CreateTempSubdirectory("torchkeep-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);

    internal string Save(PyValue root, string name = "model.pt")
    {
        var path = System.IO.Path.Combine(Path, name);
        using var file = File.Create(path);
        Checkpoint.Save(root, file, new WriteOptions { ArchiveName = "model" }, cancellationToken: TestContext.Current.CancellationToken);
        return path;
    }

    internal string Write(byte[] bytes, string name = "model.pt")
    {
        var path = System.IO.Path.Combine(Path, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
