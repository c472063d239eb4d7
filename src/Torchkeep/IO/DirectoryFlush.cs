using System.Runtime.InteropServices;

namespace Torchkeep.IO;

/// <summary>
/// Flushes a directory to the disk, so that a rename in it survives a power cut. .NET opens no directories, so this asks
/// the C library; Windows writes its directories through a journal, and has nothing to ask for.
/// </summary>
internal static partial class DirectoryFlush
{
    // errno.h, the same on Linux, macOS and the BSDs.
    private const int InputOutputError = 5;

    /// <exception cref="IOException">The disk failed. Systems that do not flush directories are no failure.</exception>
    internal static void Flush(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        try
        {
            Sync(folder);
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException)
        {
        }
    }

    private static void Sync(string folder)
    {
        var directory = Open(folder, flags: 0);
        if (directory < 0)
        {
            return;
        }

        try
        {
            if (Sync(directory) != 0 && Marshal.GetLastPInvokeError() == InputOutputError)
            {
                throw new IOException($"the file is in place, but the directory '{folder}' could not be flushed to the disk: it may be lost if the power fails");
            }
        }
        finally
        {
            _ = Close(directory);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int descriptor);
}
