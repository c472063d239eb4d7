using System.Runtime.InteropServices;

namespace Torchkeep.Benchmarks.Workers;

/// <summary>The bytes of a file read and written with nothing done to them: what no format can be faster than.</summary>
internal static unsafe class RawFile
{
    private const int Piece = 8 << 20;

    internal static void Read(string path)
    {
        var memory = ReadAll(path, out _);
        NativeMemory.Free(memory);
    }

    internal static Action Writer(string source, string target, bool isFlushed)
    {
        // Kept to the end of the process.
        var memory = ReadAll(source, out var length);
        return () =>
        {
            using var file = File.OpenHandle(target, FileMode.Create, FileAccess.Write);
            for (var offset = 0L; offset < length; offset += Piece)
            {
                RandomAccess.Write(file, new ReadOnlySpan<byte>((byte*)memory + offset, (int)Math.Min(Piece, length - offset)), offset);
            }

            if (isFlushed)
            {
                RandomAccess.FlushToDisk(file);
            }
        };
    }

    private static void* ReadAll(string path, out long length)
    {
        using var file = File.OpenHandle(path);
        length = RandomAccess.GetLength(file);
        var memory = NativeMemory.Alloc((nuint)length);
        for (var offset = 0L; offset < length;)
        {
            offset += RandomAccess.Read(file, new Span<byte>((byte*)memory + offset, (int)Math.Min(Piece, length - offset)), offset);
        }

        return memory;
    }
}
