using System.Runtime.InteropServices;

namespace Torchkeep;

/// <summary>The bytes of another source in memory of its own, for a save that goes on while training changes them.</summary>
internal sealed unsafe class CopiedByteSource : ByteSource
{
    private const int Piece = 16 << 20;

    private byte* _start;

    /// <param name="source">What is copied, at once and in parallel.</param>
    /// <exception cref="OutOfMemoryException">There is no memory for it.</exception>
    internal CopiedByteSource(ByteSource source)
    {
        Length = source.Length;
        _start = (byte*)NativeMemory.Alloc((nuint)Math.Max(Length, 1));
        LargePages.Ask((nint)_start, Length);
        try
        {
            if (source is DeviceByteSource device)
            {
                device.ReadAll(_start);
                return;
            }

            Parallel.For(0, (Length + Piece - 1) / Piece, piece =>
            {
                var offset = piece * Piece;
                source.Read(offset, new Span<byte>(_start + offset, (int)Math.Min(Piece, Length - offset)));
            });
        }
        catch (AggregateException error)
        {
            Dispose();
            throw error.InnerExceptions[0];
        }
        catch
        {
            Dispose();
            throw;
        }
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
}
