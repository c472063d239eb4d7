using System.Buffers.Binary;

namespace Torchkeep.Tests.Pickle;

/// <summary>FRAME, as the reader takes it: where readers of Python's could differ it is refused.</summary>
public class PickleFrameTests
{
    [Fact]
    public void FramesThatPicklersWriteAreRead()
    {
        // Values of 64 KiB and more stand outside of frames (CPython Lib/pickle.py, _write_large_bytes).
        Assert.Equal(7, PlainHost.Run([0x80, 4, .. Frame(3), .. "K\u0007."u8]).AsInt64());
        Assert.Equal(2, ((PyTuple)PlainHost.Run([0x80, 4, .. Frame(3), .. "(K\u0007"u8, .. "C\u0001a"u8, .. Frame(3), 0x94, .. "t."u8])).Items.Length);
        Assert.Equal(7, PlainHost.Run([.. Frame(0), .. "K\u0007"u8, .. Frame(1), .. "."u8]).AsInt64());
    }

    [Theory]
    [InlineData(1, "a frame ends at 12")]
    [InlineData(2, null)]
    [InlineData(3, null)]
    [InlineData(4, null)]
    [InlineData(5, "a frame of 5 bytes passes the end")]
    [InlineData(long.MaxValue, "passes the end")]
    [InlineData(-1, "passes the end")]
    public void AFrameEndsWhereAnInstructionEnds(long length, string? problem)
    {
        byte[] pickle = [0x80, 4, .. Frame(length), .. "K\u0007N."u8];
        if (problem is null)
        {
            Assert.IsType<PyNone>(PlainHost.Run(pickle));
            return;
        }

        var error = Assert.Throws<InvalidCheckpointException>(() => PlainHost.Run(pickle));
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.Offset);
    }

    [Fact]
    public void AFrameInAFrameIsRefused() =>
        Assert.Contains("begins inside of another", Assert.Throws<InvalidCheckpointException>(() => PlainHost.Run([.. Frame(11), .. Frame(2), .. "N."u8])).Message, StringComparison.Ordinal);

    [Fact]
    public void AFrameThatEndsBehindTheStopIsRefused() =>
        Assert.Throws<InvalidCheckpointException>(() => PlainHost.Run([.. Frame(4), .. "N.NN"u8]));

    private static byte[] Frame(long length)
    {
        var bytes = new byte[9];
        bytes[0] = 0x95;
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(1), length);
        return bytes;
    }
}
