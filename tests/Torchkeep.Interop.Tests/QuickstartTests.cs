using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Torchkeep.Interop.Tests.PyTorch;

namespace Torchkeep.Interop.Tests;

/// <summary>The quickstart sample, run as its reader runs it, and its Python half by each PyTorch.</summary>
public sealed class QuickstartTests
{
    private const string RunScript = """
        import contextlib, io, os, sys
        folder = os.path.dirname(path)
        sys.argv = ["quickstart.py", path, os.path.join(folder, "digits-samples.pth")]
        with contextlib.redirect_stdout(io.StringIO()) as out:
            exec(compile(open(os.path.join(folder, "quickstart.py")).read(), "quickstart.py", "exec"), {"__name__": "__main__"})
        lines = [out.getvalue()]
        """;

    public static TheoryData<string> Judges => [.. Interpreters.Names];

    [Theory]
    [MemberData(nameof(Judges))]
    public void TheLoadedNetPredictsTheSameHereAndInPython(string name)
    {
        var judge = Judge.Named(name);
        using var folder = judge.NewFolder();
        var bin = Path.Combine(AppContext.BaseDirectory, "..", "..", "Quickstart", new DirectoryInfo(AppContext.BaseDirectory).Name);
        File.Copy(Path.Combine(bin, "quickstart.py"), folder["quickstart.py"]);

        var start = new ProcessStartInfo("dotnet", [Path.Combine(bin, "Quickstart.dll"), Path.GetDirectoryName(folder["digits.pth"])!]) { RedirectStandardOutput = true };
        start.Environment["TORCHKEEP_PYTHON"] = Interpreters.Find(Interpreters.Old)?.Command ?? "";
        using var sample = Process.Start(start)!;
        var output = sample.StandardOutput.ReadToEnd();
        sample.WaitForExit();

        Assert.True(sample.ExitCode == 0, output);
        var digits = LineAfter(output, "the trained net says");
        Assert.StartsWith($"{digits}   all 100 scores equal: True", LineAfter(output, "the loaded net says"), StringComparison.Ordinal);
        Assert.EndsWith("all 100 scores equal: False", LineAfter(output, "attempt 1"), StringComparison.Ordinal);

        var answer = JsonDocument.Parse(judge.Run(folder["digits.pth"], RunScript).Single()).RootElement;
        Assert.Equal(digits, answer.GetProperty("Digits").GetString());
        Assert.InRange(answer.GetProperty("Difference").GetDouble(), 0, 1e-4);
    }

    private static string LineAfter(string output, string label) =>
        output.Split('\n').Single(line => line.TrimStart().StartsWith(label, true, CultureInfo.InvariantCulture)).Split(label)[1].Trim();
}
