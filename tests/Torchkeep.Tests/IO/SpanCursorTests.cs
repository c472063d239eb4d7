using Torchkeep.IO;

namespace Torchkeep.Tests.IO;

public sealed class SpanCursorTests
{
    [Fact]
    public void NumbersAreTakenInOrder()
    {
        var cursor = new SpanCursor([1, 0x02, 0x01, 0xff, 0xff, 0xff, 0xff, 0xfe, 0xff, 0xff, 0xff, 7, 0, 0, 0, 0, 0, 0, 0x80, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0], "r");
        Assert.Equal(1, cursor.TakeByte());
        Assert.Equal(0x0102, cursor.TakeUInt16());
        Assert.Equal(uint.MaxValue, cursor.TakeUInt32());
        Assert.Equal(-2, cursor.TakeInt32());
        Assert.Equal(0x8000000000000007, cursor.TakeUInt64());
        Assert.Equal(1.0, cursor.TakeDoubleBigEndian());
        Assert.Equal(0, cursor.Remaining);
    }

    [Fact]
    public void ItStartsWhereItIsTold()
    {
        var cursor = new SpanCursor([1, 2, 3], "r", position: 2);
        Assert.Equal(3, cursor.TakeByte());
        Assert.Equal(3, cursor.Position);
    }

    [Theory, InlineData(4), InlineData(-1), InlineData(long.MaxValue), InlineData(long.MinValue)]
    public void ALengthThatIsNotThereIsRefusedAndTakesNothing(long count)
    {
        var cursor = new SpanCursor([1, 2, 3], "model/data.pkl");
        var error = CaughtTaking(ref cursor, count);
        Assert.Equal(("model/data.pkl", 0L), (error.Record, error.Offset));
        Assert.Contains($"needs {count} bytes, 3 left", error.Message, StringComparison.Ordinal);
        Assert.Equal(3, cursor.Take(3).Length);
    }

    [Fact]
    public void NothingIsLeftAfterTheLastByte()
    {
        var cursor = new SpanCursor([1], "r");
        cursor.TakeByte();
        Assert.Equal(0, cursor.Take(0).Length);
        Assert.Equal(1, CaughtTaking(ref cursor, 1).Offset);
        Assert.True(RefusesAByte(ref cursor));
    }

    [Fact]
    public void ALineEndsAtItsLineFeed()
    {
        var cursor = new SpanCursor("one\n\ntwo"u8, "r");
        Assert.Equal("one"u8, cursor.TakeLine());
        Assert.Equal(""u8, cursor.TakeLine());
        Assert.Equal(5, cursor.Position);
        Assert.True(RefusesALine(ref cursor));
        Assert.Equal("two"u8, cursor.Take(3));
    }

    private static InvalidCheckpointException CaughtTaking(ref SpanCursor cursor, long count)
    {
        try
        {
            cursor.Take(count);
        }
        catch (InvalidCheckpointException error)
        {
            return error;
        }

        throw new InvalidOperationException("it was taken");
    }

    private static bool RefusesAByte(ref SpanCursor cursor)
    {
        try
        {
            cursor.TakeByte();
            return false;
        }
        catch (InvalidCheckpointException)
        {
            return true;
        }
    }

    private static bool RefusesALine(ref SpanCursor cursor)
    {
        try
        {
            cursor.TakeLine();
            return false;
        }
        catch (InvalidCheckpointException)
        {
            return true;
        }
    }
}
