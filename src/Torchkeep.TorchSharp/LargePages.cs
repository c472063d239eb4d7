using System.Runtime.InteropServices;

namespace Torchkeep;

/// <summary>
/// Asks Linux for pages of 2 MiB where much memory is about to be filled for the first time: of pages of 4 KiB each is a
/// fault, which together can take longer than the reading. Elsewhere, or where the system has none, nothing happens.
/// </summary>
internal static partial class LargePages
{
    private const int Size = 2 << 20;
    private const int Advice = 14; // MADV_HUGEPAGE, asm-generic/mman-common.h

    internal static void Ask(nint start, long length)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var (first, end) = ((start + Size - 1) & -Size, (start + (nint)length) & -Size);
        if (end <= first)
        {
            return;
        }

        try
        {
            _ = Advise(first, (nuint)(end - first), Advice);
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException)
        {
            // A libc of another name; pages are then small.
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Advise(nint start, nuint length, int advice);
}
