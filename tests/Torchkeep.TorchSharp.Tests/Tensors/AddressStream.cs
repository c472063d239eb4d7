using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Torchkeep.TorchSharp.Tests.Tensors;

/// <summary>Notes from where in memory it was written, and throws the bytes away.</summary>
internal sealed unsafe class AddressStream : Stream
{
    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    internal List<(nint Address, int Length)> Writes { get; } = [];

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer) =>
        Writes.Add(((nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(buffer)), buffer.Length));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
