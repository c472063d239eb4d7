using System.Text;

namespace PublicApi.Tests;

/// <summary>An empty current directory, and what is written to the console, for a test that is shown on a page.</summary>
public abstract class Sandbox : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("torchkeep-");
    private readonly string _directory = Environment.CurrentDirectory;
    private readonly TextWriter _console = Console.Out;
    private readonly StringBuilder _written = new();

    protected Sandbox()
    {
        Environment.CurrentDirectory = _folder.FullName;

        // Never disposed: a Progress<T> may still write to it from another thread.
        Console.SetOut(new StringWriter(_written));
    }

    /// <summary>The lines that a snippet wrote.</summary>
    protected string[] Written => _written.ToString().ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');

    public void Dispose()
    {
        Console.SetOut(_console);
        Environment.CurrentDirectory = _directory;
        _folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }
}
