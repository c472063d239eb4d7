using System.Diagnostics;

namespace Torchkeep.Tests.Saving;

/// <summary>A file system in memory, which Linux lets root mount. Elsewhere the test is skipped.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly string _folder;

    private SmallDisk(string folder) => _folder = folder;

    internal static SmallDisk Mount(string folder, string options)
    {
        Assert.SkipUnless(
            OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess && Run("mount", "-t", "tmpfs", "-o", options, "torchkeep", folder),
            "only root of a Linux that allows it can mount a small disk");
        return new(folder);
    }

    internal void Remount(string options) => Assert.True(Run("mount", "-o", $"remount,{options}", _folder));

    public void Dispose() => Run("umount", _folder);

    private static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
