using System.Text;

namespace Torchkeep.Tests.Pickle;

public class PickleLimitTests
{
    [Fact]
    public void OpcodesAreLimited() =>
        AssertLimit("((NNNtt."u8.ToArray(), nameof(ReadLimits.MaxOpcodes), most => new() { MaxOpcodes = most }, needed: 8);

    [Theory]
    [InlineData(3)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(1000)]
    public void ValuesOnTheStackAreLimited(int count) =>
        AssertLimit([(byte)'(', .. Enumerable.Repeat((byte)'N', count), (byte)'t', (byte)'.'], nameof(ReadLimits.MaxDepth), most => new() { MaxDepth = most }, count);

    [Fact]
    public void MarksAreLimited() =>
        AssertLimit([.. Enumerable.Repeat((byte)'(', 20), .. Enumerable.Repeat((byte)'t', 20), (byte)'.'], nameof(ReadLimits.MaxDepth), most => new() { MaxDepth = most }, needed: 20);

    [Fact]
    public void MemoEntriesAreLimited() =>
        AssertLimit(Latin1("Nq\x00q\x01r\xff\x00\x00\x00."), nameof(ReadLimits.MaxMemoEntries), most => new() { MaxMemoEntries = most }, needed: 3);

    [Fact]
    public void MemoryIsLimited()
    {
        byte[] pickle = [(byte)'(', .. Enumerable.Repeat((byte)'}', 200_000), (byte)'t', (byte)'.'];
        Assert.Equal(200_000, ((PyTuple)PlainHost.Run(pickle)).Items.Length);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<UnsupportedCheckpointException>(() => PlainHost.Run(pickle, new() { MaxPickleMemory = 1 << 20 }));
        Assert.Contains($"ReadLimits.{nameof(ReadLimits.MaxPickleMemory)}", error.Message, StringComparison.Ordinal);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 4 << 20);
    }

    [Theory]
    [InlineData("X\x05\x00\x00\x00hello.")]
    [InlineData("B\x05\x00\x00\x00hello.")]
    [InlineData("T\x05\x00\x00\x00hello.")]
    [InlineData("\x8b\x05\x00\x00\x00hello.")]
    [InlineData("\x8d\x05\x00\x00\x00\x00\x00\x00\x00hello.")]
    [InlineData("\x8e\x05\x00\x00\x00\x00\x00\x00\x00hello.")]
    [InlineData("\x96\x05\x00\x00\x00\x00\x00\x00\x00hello.")]
    public void LongValuesAreLimited(string pickle) =>
        AssertLimit(Latin1(pickle), nameof(ReadLimits.MaxStringBytes), most => new() { MaxStringBytes = most }, needed: 5);

    [Fact]
    public void PuttingOneMemoEntryAgainIsNoNewOne() =>
        Assert.Equal(3, PlainHost.Run("K\x01q\x00K\x02q\x00K\x03q\x00."u8, new() { MaxMemoEntries = 1 }).AsInt64());

    [Fact]
    public void DecimalTextOverPythonsOwnLimitIsRefused()
    {
        Assert.Equal(14_281, ((PyInt)PlainHost.Run([.. "L"u8, .. Enumerable.Repeat((byte)'9', 4299), .. "L\n."u8])).Value.GetBitLength());
        Assert.Throws<InvalidCheckpointException>(() => PlainHost.Run([.. "L"u8, .. Enumerable.Repeat((byte)'9', 4301), .. "L\n."u8]));
        Assert.Throws<InvalidCheckpointException>(() => PlainHost.Run([.. "I"u8, .. Enumerable.Repeat((byte)'9', 4301), .. "\n."u8]));
    }

    private static byte[] Latin1(string text) => Encoding.Latin1.GetBytes(text);

    private static void AssertLimit(byte[] pickle, string name, Func<int, ReadLimits> limit, int needed)
    {
        PlainHost.Run(pickle, limit(needed));

        var error = Assert.Throws<UnsupportedCheckpointException>(() => PlainHost.Run(pickle, limit(needed - 1)));
        Assert.Contains($"ReadLimits.{name}", error.Message, StringComparison.Ordinal);
        Assert.Contains($"{needed - 1}", error.Message, StringComparison.Ordinal);
        Assert.Equal("data.pkl", error.Record);
    }
}
