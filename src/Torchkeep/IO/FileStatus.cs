using System.Runtime.InteropServices;

namespace Torchkeep.IO;

/// <summary>What a path names and whose it is, which .NET does not tell.</summary>
/// <param name="Kind">What it is; links are not followed.</param>
/// <param name="Owner">The number of the user.</param>
internal readonly partial record struct FileStatus(FileKind Kind, uint Owner)
{
    // statx(2) has one layout on all processors: include/uapi/linux/stat.h, fcntl.h.
    private const int CurrentFolder = -100;
    private const int NoFollow = 0x100;
    private const uint TypeModeAndOwner = 0x1 | 0x2 | 0x8;
    private const int StructureSize = 256;
    private const int OwnerAt = 20;
    private const int ModeAt = 28;
    private const int KindBits = 0xf000;

    /// <summary>The user whose rights this process has for files.</summary>
    internal static uint CurrentUser => EffectiveUser();

    /// <summary>What a path names, or null where there is nothing or where the system does not tell, as any but Linux.</summary>
    internal static FileStatus? Of(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        var structure = new byte[StructureSize];
        try
        {
            if (Statx(CurrentFolder, path, NoFollow, TypeModeAndOwner, structure) != 0)
            {
                return null;
            }
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException)
        {
            return null;
        }

        var mode = MemoryMarshal.Read<ushort>(structure.AsSpan(ModeAt));
        return new((FileKind)(mode & KindBits), MemoryMarshal.Read<uint>(structure.AsSpan(OwnerAt)));
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Statx(int folder, string path, int flags, uint mask, byte[] structure);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint EffectiveUser();
}
