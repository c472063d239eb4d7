using System.Diagnostics;

namespace Torchkeep.Cli.Tests;

/// <summary>Pipes are read where they are given on purpose, and never waited for without end.</summary>
public sealed class InputFileTests
{
    [Theory]
    [InlineData("inspect")]
    [InlineData("inspect", "--json", "--hash")]
    [InlineData("verify", "--values")]
    [InlineData("scan")]
    public void StandardInputIsReadByEveryVerb(string verb, params string[] options)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Save(Samples.Layers(3));
        foreach (var name in OperatingSystem.IsWindows() ? ["-"] : new[] { "-", "/dev/stdin" })
        {
            var outcome = Piped(path, [verb, .. options, name]);
            Assert.Equal(("", 0), (outcome.Error, outcome.ExitCode));
            Assert.Equal(CommandLine.Run([verb, .. options, path]).Output.Replace(path, name, StringComparison.Ordinal), outcome.Output);
        }
    }

    [Fact]
    public void StandardInputIsConverted()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Save(Samples.Layers(3));
        var output = Path.Combine(folder.Path, "out.safetensors");
        Assert.Equal(0, Piped(path, ["convert", "-", output]).ExitCode);
        Assert.True(File.Exists(output));
    }

    [Fact]
    public async Task APipeIsReadWhenSomebodyWritesIntoIt()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "pipes have no paths on Windows");
        using var folder = new TemporaryFolder();
        var path = folder.Save(Samples.Layers(3));
        var pipe = MakePipe(folder);
        var writing = Task.Run(() => File.WriteAllBytes(pipe, File.ReadAllBytes(path)), TestContext.Current.CancellationToken);
        var outcome = CommandLine.Run("verify", pipe);
        await writing.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal(("", 0), (outcome.Error, outcome.ExitCode));
    }

    [Theory, InlineData("inspect"), InlineData("verify"), InlineData("scan"), InlineData("scaffold")]
    public void APipeThatNobodyWritesIntoIsRefused(string verb)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "pipes have no paths on Windows");
        using var folder = new TemporaryFolder();
        var outcome = CommandLine.RunProcess([verb, MakePipe(folder)]);
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("a pipe that nobody writes into", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void AnEmptyFileIsOne()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("an empty file", CommandLine.Run("inspect", folder.Write([])).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void MuchOfASmallFileIsSaidBeforeItIsWritten()
    {
        using var folder = new TemporaryFolder();
        var view = new TensorView(TensorStorage.FromArray([1f]), ElementType.Float32, [20_000_000], [0]);
        var path = folder.Save(new PyDict { ["a"] = view });
        Assert.Contains("76.3 MiB of tensors will be written, of a file of", CommandLine.Run("convert", path, Path.Combine(folder.Path, "out.safetensors")).Error, StringComparison.Ordinal);
        Assert.Contains("76.3 MiB of tensors are hashed, of a file of", CommandLine.Run("inspect", "--hash", path).Error, StringComparison.Ordinal);
        Assert.Contains("76.3 MiB of tensors are read, of a file of", CommandLine.Run("verify", "--values", path).Error, StringComparison.Ordinal);
        Assert.Equal("", CommandLine.Run("inspect", path).Error);
    }

    [Fact]
    public void JsonOfASmallFileDoesNotGrowWithoutEnd()
    {
        using var folder = new TemporaryFolder();
        PyString text = new(new string('x', 60_000));
        var outcome = CommandLine.Run("inspect", "--json", folder.Save(new PyList(Enumerable.Repeat(text, 10_000))));
        Assert.Equal((2, ""), (outcome.ExitCode, outcome.Output));
        Assert.Contains("the most that is listed of a file of this size", outcome.Error, StringComparison.Ordinal);
    }

    private static string MakePipe(TemporaryFolder folder)
    {
        var path = Path.Combine(folder.Path, "pipe");
        using var make = Process.Start("mkfifo", [path]);
        make.WaitForExit();
        return path;
    }

    private static Outcome Piped(string path, string[] arguments)
    {
        using var process = CommandLine.Start(arguments);
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        process.StandardInput.BaseStream.Write(File.ReadAllBytes(path));
        process.StandardInput.Close();
        process.WaitForExit();
        return new(process.ExitCode, output.Result, error.Result);
    }
}
