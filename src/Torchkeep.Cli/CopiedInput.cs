namespace Torchkeep.Cli;

/// <summary>A copy of what a pipe gave, in a temporary file that is gone with the process.</summary>
internal sealed class CopiedInput : ByteSource
{
    private const int BufferSize = 1 << 20;

    // Opening a pipe waits until somebody writes into it.
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(1);

    private readonly FileStream _file;

    private CopiedInput(FileStream file, string name)
    {
        _file = file;
        Name = name;
        Length = file.Length;
    }

    public override long Length { get; }

    public override string Name { get; }

    /// <summary>Whether a path is that of a pipe or something like it, as far as can be told without opening it.</summary>
    internal static bool IsNeededFor(string path)
    {
        if (OperatingSystem.IsWindows() || !File.Exists(path))
        {
            return false;
        }

        try
        {
            // Such things have no length; nor have empty files.
            var file = new FileInfo(path);
            return ((file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo) ?? file) is { Exists: false } or { Length: 0 };
        }
        catch (IOException)
        {
            // What a link in /proc/self/fd leads to has no path.
            return true;
        }
    }

    /// <summary>Copies what a path gives, or null where it is a file that is read where it lies.</summary>
    internal static CopiedInput? Of(string path, ReadLimits limits)
    {
        var opening = Task.Run(() => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0));
        if (Task.WaitAny([opening], _patience) < 0)
        {
            throw new CommandException($"'{path}' is a pipe that nobody writes into");
        }

        using var input = opening.GetAwaiter().GetResult();
        return input.CanSeek ? null : Of(input, path, limits);
    }

    internal static CopiedInput Of(Stream input, string name, ReadLimits limits)
    {
        var file = Create();
        var limit = limits.MaxSpooledBytes;
        var buffer = new byte[BufferSize];
        try
        {
            while (input.Read(buffer) is > 0 and var count)
            {
                if (file.Position + count > limit)
                {
                    throw new CommandException($"'{name}' gives more than {Output.Quantity.Bytes(limit)}: save it to a file and give that (--limit piped=256GB takes more)");
                }

                file.Write(buffer.AsSpan(0, count));
            }

            return new(file, name);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public override void Read(long offset, Span<byte> destination)
    {
        while (destination.Length > 0)
        {
            var count = RandomAccess.Read(_file.SafeFileHandle, destination, offset);
            if (count == 0)
            {
                throw new EndOfStreamException($"the copy of '{Name}' has no byte {offset}");
            }

            offset += count;
            destination = destination[count..];
        }
    }

    internal void Close() => _file.Dispose();

    private static FileStream Create()
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, BufferSize = 0 };
        if (OperatingSystem.IsWindows())
        {
            options.Options = FileOptions.DeleteOnClose;
        }
        else
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        var file = new FileStream(path, options);
        if (!OperatingSystem.IsWindows())
        {
            // It stays until it is closed, however the process ends.
            File.Delete(path);
        }

        return file;
    }
}
