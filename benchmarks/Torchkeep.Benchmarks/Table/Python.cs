using System.Diagnostics;

namespace Torchkeep.Benchmarks.Table;

/// <summary>The Python that has PyTorch and safetensors: TORCHKEEP_PYTHON, or the newest that eng/install-pytorch installed.</summary>
internal sealed class Python
{
    private readonly string _command;

    // The folder that it sees as /.
    private readonly string? _root;

    internal Python()
    {
        _root = InstalledRoot();
        _command = Environment.GetEnvironmentVariable("TORCHKEEP_PYTHON") is { Length: > 0 } given ? given
            : _root is not null ? Path.Combine(Repository, "eng", "python-newest")
            : throw new InvalidOperationException("no Python with PyTorch: run eng/install-pytorch, or set TORCHKEEP_PYTHON");
        Temporary = _root is null ? Path.GetTempPath() : Path.Combine(_root, "tmp");
    }

    /// <summary>A folder for files that both sides see.</summary>
    internal string Temporary { get; }

    internal static string Repository { get; } = FindRepository();

    /// <summary>A process that runs peer.py.</summary>
    internal ProcessStartInfo Start(string job, string folder, params string[] more)
    {
        var script = Path.Combine(folder, "peer.py");
        File.Copy(Path.Combine(AppContext.BaseDirectory, "peer.py"), script, overwrite: true);
        return new(_command, [Seen(script), job, Seen(folder), .. more]) { RedirectStandardOutput = true };
    }

    private string Seen(string path) => _root is null ? path : "/" + Path.GetRelativePath(_root, path);

    private static string? InstalledRoot()
    {
        if (Environment.GetEnvironmentVariable("TORCHKEEP_PYTHON") is { Length: > 0 })
        {
            return null;
        }

        var cache = Environment.GetEnvironmentVariable("TORCHKEEP_CACHE")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "torchkeep");
        var settings = Path.Combine(cache, "env");
        const string Key = "TORCHKEEP_SID_ROOT=";
        return Environment.GetEnvironmentVariable(Key[..^1])
            ?? (File.Exists(settings) ? File.ReadLines(settings).FirstOrDefault(line => line.StartsWith(Key, StringComparison.Ordinal))?[Key.Length..] : null);
    }

    private static string FindRepository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Torchkeep.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("run it from the repository");
    }
}
