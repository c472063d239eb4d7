using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Torchkeep.IO;

/// <summary>
/// Refuses what is no regular file before it is opened: opening a pipe waits until somebody writes into it. .NET has no open
/// that does not wait, so this asks the C library.
/// </summary>
internal static partial class RegularFile
{
    // fcntl.h: O_NONBLOCK of Linux, and of macOS and the BSDs.
    private const int NonBlockingLinux = 0x800;
    private const int NonBlockingBsd = 0x4;

    // errno.h, the same everywhere: what opening a socket gives.
    private const int NoSuchDevice = 6;

    /// <exception cref="InvalidCheckpointException">The path is that of a pipe, a socket or a terminal.</exception>
    internal static void Check(string path)
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS() && !OperatingSystem.IsFreeBSD())
        {
            return;
        }

        try
        {
            using var handle = new SafeFileHandle(Open(path, OperatingSystem.IsLinux() ? NonBlockingLinux : NonBlockingBsd), ownsHandle: true);
            if (!handle.IsInvalid)
            {
                RandomAccess.GetLength(handle);
            }
            else if (Marshal.GetLastPInvokeError() is NoSuchDevice)
            {
                throw NotRegular(path);
            }
        }
        catch (NotSupportedException error)
        {
            throw NotRegular(path, error);
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException)
        {
        }
    }

    private static InvalidCheckpointException NotRegular(string path, Exception? inner = null) =>
        new("this is no PyTorch checkpoint: it is a pipe, a socket or a terminal, and no file; what a pipe gives can be opened as a stream", inner) { File = path };

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);
}
