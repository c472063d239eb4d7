namespace Torchkeep.Interop.Tests.PyTorch;

/// <summary>A temporary folder that a judge sees too.</summary>
internal sealed class JudgeFolder : IDisposable
{
    private readonly string _path;

    internal JudgeFolder(string? root)
    {
        var temporary = root is null ? Path.GetTempPath() : Path.Combine(Path.TrimEndingDirectorySeparator(root), "tmp");
        _path = Path.Combine(temporary, $"torchkeep-{Path.GetRandomFileName()}");
        Directory.CreateDirectory(_path);
    }

    /// <summary>The path of a file in it, as this side writes it.</summary>
    internal string this[string name] => Path.Combine(_path, name);

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
