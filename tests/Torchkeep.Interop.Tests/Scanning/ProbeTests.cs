using System.Globalization;
using Torchkeep.Interop.Tests.PyTorch;

namespace Torchkeep.Interop.Tests.Scanning;

/// <summary>
/// The differential fuzz of <c>scan</c> against CPython: probes.py makes files and has Python read them; whichever calls its
/// probe there must be told here, with the probe's name. More of them: <c>eng/fuzz-against-python</c>.
/// </summary>
public sealed class ProbeTests
{
    // "COUNT SEED KIND", set by eng/fuzz-against-python.
    private static readonly string[]? _wanted = Environment.GetEnvironmentVariable("TORCHKEEP_PROBES")?.Split(' ');

    public static TheoryData<string> Interpreters => PyTorch.Interpreters.Theory;

    [Theory, MemberData(nameof(Interpreters))]
    public void APickleThatCallsAProbeInPythonIsTold(string interpreter) => Run(interpreter, "pickles", count: 2000);

    [Theory, MemberData(nameof(Interpreters))]
    public void SoIsAFileThatHoldsOneInAnyContainer(string interpreter) => Run(interpreter, "containers", count: 2000);

    private static void Run(string name, string kind, int count)
    {
        var interpreter = Judge.Named(name).Interpreter;
        var seed = "1";
        if (_wanted is [var wantedCount, var wantedSeed, var wantedKind])
        {
            (count, seed, kind) = (int.Parse(wantedCount, CultureInfo.InvariantCulture), wantedSeed, wantedKind);
        }

        var folder = Path.Combine(Repository.Root, "artifacts", "fuzz", "against-python", $"{name}-{kind}");
        var results = ProbeRun.Of(interpreter, count, seed, kind, folder);
        Directory.CreateDirectory(folder);
        File.WriteAllText(folder + ".txt", $"Python of PyTorch {name}: {results}");

        // About half of them call it; the others are broken in a way that Python does not forgive.
        Assert.Equal(count, results.Made);
        Assert.True(results.Called > count / 10, results.ToString());
        Assert.True(results.Missed.Count == 0, results.ToString());
    }
}
