using System.Runtime.InteropServices;

namespace Torchkeep;

/// <summary>The bytes of another source in memory of its own, for a save that goes on while training changes them.</summary>
internal sealed unsafe class CopiedByteSource : ByteSource
{
    private const int Piece = 4 << 20;

    private readonly ByteSource _source;
    private byte* _start;

    /// <param name="source">What <see cref="Fill"/> copies; until then there are no bytes.</param>
    /// <exception cref="OutOfMemoryException">There is no memory for it.</exception>
    internal CopiedByteSource(ByteSource source)
    {
        _source = source;
        Length = source.Length;
        _start = (byte*)NativeMemory.Alloc((nuint)Math.Max(Length, 1));
        LargePages.Ask((nint)_start, Length);
    }

    /// <summary>Copies all of them at once, by all processors.</summary>
    internal static void Fill(IEnumerable<CopiedByteSource> copies)
    {
        List<(CopiedByteSource Copy, long Offset)> pieces = [];
        foreach (var copy in copies)
        {
            for (long offset = 0; offset < copy.Length; offset += Piece)
            {
                pieces.Add((copy, offset));
            }
        }

        Workers.Run(pieces, Environment.ProcessorCount, isCallerOne: true, () => new Copier());
    }

    ~CopiedByteSource() => Free();

    public override long Length { get; }

    public override void Read(long offset, Span<byte> destination)
    {
        _ = TryGetSpan(offset, destination.Length, out var bytes);
        bytes.CopyTo(destination);
    }

    public override bool TryGetSpan(long offset, int length, out ReadOnlySpan<byte> bytes)
    {
        ObjectDisposedException.ThrowIf(_start is null, this);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - length);
        bytes = new(_start + offset, length);
        return true;
    }

    protected override void Dispose(bool disposing) => Free();

    private void Free()
    {
        NativeMemory.Free(_start);
        _start = null;
    }

    private sealed class Copier : IWorker<(CopiedByteSource Copy, long Offset)>
    {
        public void Do((CopiedByteSource Copy, long Offset) part)
        {
            var (copy, offset) = part;
            copy._source.Read(offset, new(copy._start + offset, (int)Math.Min(Piece, copy.Length - offset)));
        }

        public void Dispose()
        {
        }
    }
}
