using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Torchkeep.IO;

/// <summary>
/// Has Linux begin to write to the disk what is in its cache, while more of the file is made: the flush at the end then waits
/// for less. It promises nothing of what is on the disk. Elsewhere nothing happens.
/// </summary>
internal static partial class WriteOut
{
    private const uint Begin = 2; // SYNC_FILE_RANGE_WRITE, linux/fs.h

    internal static void Start(SafeFileHandle file, long offset, long length)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        try
        {
            _ = SyncFileRange(file, offset, length, Begin);
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException)
        {
            // A libc of another name, or without it: the flush at the end does it all.
        }
    }

    [LibraryImport("libc", EntryPoint = "sync_file_range")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SyncFileRange(SafeFileHandle file, long offset, long length, uint flags);
}
