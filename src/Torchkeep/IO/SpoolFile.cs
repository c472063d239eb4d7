namespace Torchkeep.IO;

/// <summary>A temporary file without a name: nobody else reads it, and it is gone with its handle, however the process ends.</summary>
internal static class SpoolFile
{
    internal static FileStream Create()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Options = OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None,
            BufferSize = 0,
        };
        if (OperatingSystem.IsWindows())
        {
            return new(path, options);
        }

        // The folder is everyone's, the bytes are not.
        options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var file = new FileStream(path, options);
        File.Delete(path);
        return file;
    }
}
