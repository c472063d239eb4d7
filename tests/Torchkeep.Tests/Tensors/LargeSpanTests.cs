using System.Buffers;
using System.Runtime.InteropServices;

namespace Torchkeep.Tests.Tensors;

/// <summary>Spans of tensors of more than the 2 GiB that one span of bytes can have. Their memory is not touched but at both ends.</summary>
public sealed unsafe class LargeSpanTests
{
    private const long Length = (1L << 31) + 4096;

    [Fact]
    public void BytesThatLieTogetherAreOneSpan()
    {
        using var source = new LargeByteSource { GivesSpans = true };
        source.Memory[0] = 1;
        source.Memory[Length - 1] = 2;
        var view = new TensorView(new TensorStorage(source), ElementType.UInt8, [Length]);

        Assert.True(view.TryGetSpan<byte>(out var span));
        Assert.Equal(Length, span.FlattenedLength);
        Assert.Equal((1, 2), (span[0], span[(nint)(span.FlattenedLength - 1)]));
    }

    [Fact]
    public void AMapIsNoSpanSinceNobodyHoldsIt()
    {
        using var source = new LargeByteSource { GivesMaps = true };
        var view = new TensorView(new TensorStorage(source), ElementType.UInt8, [Length]);

        Assert.False(view.TryGetSpan<byte>(out _));
        Assert.Equal(0, source.MapCalls);
    }

    [Fact]
    public void BytesInSeveralPlacesAreNoSpan()
    {
        using var source = new LargeByteSource { GivesSpans = true, IsScattered = true };
        var view = new TensorView(new TensorStorage(source), ElementType.UInt8, [Length]);

        Assert.False(view.TryGetSpan<byte>(out _));
    }

    /// <summary>Zeros that the system gives a page for when it is touched.</summary>
    private sealed class LargeByteSource : ByteSource
    {
        internal byte* Memory { get; } = (byte*)NativeMemory.AllocZeroed((nuint)LargeSpanTests.Length);

        internal bool GivesSpans { get; init; }

        internal bool GivesMaps { get; init; }

        internal bool IsScattered { get; init; }

        internal int MapCalls { get; private set; }

        public override long Length => LargeSpanTests.Length;

        public override void Read(long offset, Span<byte> destination) => new ReadOnlySpan<byte>(Memory + offset, destination.Length).CopyTo(destination);

        public override bool TryGetSpan(long offset, int length, out ReadOnlySpan<byte> bytes)
        {
            bytes = new(Memory + (IsScattered ? 0 : offset), length);
            return GivesSpans;
        }

        public override bool TryMap(long offset, long length, out MemoryHandle memory)
        {
            MapCalls++;
            memory = new(Memory + offset);
            return GivesMaps;
        }

        protected override void Dispose(bool disposing) => NativeMemory.Free(Memory);
    }
}
