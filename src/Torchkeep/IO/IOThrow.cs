using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace Torchkeep.IO;

/// <summary>What can be wrong with bytes at an offset.</summary>
internal static class IOThrow
{
    internal static void CheckRange(ByteSource source, long offset, int length)
    {
        if (offset < 0 || offset > source.Length - length)
        {
            Truncated(source.Name, offset, length, source.Length);
        }
    }

    [DoesNotReturn, StackTraceHidden]
    internal static void Truncated(string? file, long offset, long needed, long length) =>
        throw new InvalidCheckpointException($"needs {needed} bytes at {offset}, but there are {length} bytes in all: the file is truncated")
        {
            File = file,
            Offset = offset,
        };
}
