namespace Torchkeep.IO;

/// <summary>What a path names. The values are those of Linux (include/uapi/linux/stat.h, S_IFMT).</summary>
internal enum FileKind
{
    /// <summary>FIFO.</summary>
    Pipe = 0x1000,

    /// <summary>Such as a terminal.</summary>
    CharacterDevice = 0x2000,

    /// <summary>A directory.</summary>
    Folder = 0x4000,

    /// <summary>Such as a disk.</summary>
    BlockDevice = 0x6000,

    /// <summary>A file with bytes of its own.</summary>
    Regular = 0x8000,

    /// <summary>A symbolic link.</summary>
    Link = 0xa000,

    /// <summary>A socket with a name.</summary>
    Socket = 0xc000,
}
