using System.Text;
using Torchkeep.Pickle;

namespace Torchkeep.Tests.Pickle;

public sealed class PickleExtentTests
{
    [Fact]
    public void TheEndIsWhereTheMachineStopsHoweverTheBytesCome()
    {
        var pickles = Pickles();
        Assert.True(pickles.Count > 100);
        foreach (var pickle in pickles)
        {
            byte[] more = [.. pickle, .. pickle, 1, 2, 3];
            var position = 0;
            PickleMachine.Run(more, ref position, "data.pkl", new PlainHost(), ReadLimits.Default);
            foreach (var step in new[] { 1, 7, more.Length })
            {
                var extent = new PickleExtent(ReadLimits.Default.MaxStringBytes);
                var given = 0;
                while (!extent.TryFindEnd(more.AsSpan(0, given)))
                {
                    Assert.True(given < more.Length, Convert.ToHexString(pickle));
                    given = Math.Min(given + step, more.Length);
                }

                Assert.Equal(position - 1, extent.Position);
                Assert.True(given < position + step);
            }
        }
    }

    [Theory]
    [InlineData("58ffffffff")]
    [InlineData("54ffffffff")]
    [InlineData("8dffffffffffffffff")]
    [InlineData("8e0000000000010000")]
    public void ALengthOverTheLimitIsLeftToTheMachine(string start)
    {
        var extent = new PickleExtent(ReadLimits.Default.MaxStringBytes);

        Assert.True(extent.TryFindEnd(Convert.FromHexString(start)));
    }

    [Fact]
    public void AnEndlessLineIsLookedThroughOnce()
    {
        var bytes = Encoding.Latin1.GetBytes("c" + new string('x', 1 << 20));
        var extent = new PickleExtent(ReadLimits.Default.MaxStringBytes);
        for (var given = 0; given <= bytes.Length; given++)
        {
            Assert.False(extent.TryFindEnd(bytes.AsSpan(0, given)));
            Assert.Equal(given, extent.Position);
        }
    }

    // The fixture has pickles that are refused too.
    private static List<byte[]> Pickles() => [.. PlainPickleTests.AllBytes.Where(pickle =>
    {
        try
        {
            PlainHost.Run(pickle);
            return true;
        }
        catch (CheckpointException)
        {
            return false;
        }
    })];
}
