using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Torchkeep.Benchmarks.Table;

/// <summary>The command torchkeep as users have it: native code.</summary>
internal static class Tool
{
    /// <returns>The program's path.</returns>
    internal static string Publish()
    {
        var folder = Path.Combine(Python.Repository, "artifacts", "benchmarks");
        string[] arguments =
        [
            "publish", Path.Combine(Python.Repository, "src", "Torchkeep.Cli"), "-c", "Release", "-r", RuntimeInformation.RuntimeIdentifier, "-p:PublishAot=true", "-o", folder, "-v", "quiet", "-nologo",
        ];
        using var publish = Process.Start(new ProcessStartInfo("dotnet", arguments))!;
        publish.WaitForExit();
        return publish.ExitCode == 0
            ? Path.Combine(folder, OperatingSystem.IsWindows() ? "torchkeep.exe" : "torchkeep")
            : throw new InvalidOperationException("the command could not be published as native code: it needs a C compiler");
    }
}
