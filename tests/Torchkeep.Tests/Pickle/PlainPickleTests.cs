using System.Text.Json;
using Torchkeep.Pickle;

namespace Torchkeep.Tests.Pickle;

/// <summary>CPython's pickles, and CPython's word on what is in them (tests/fixtures/plain_pickles.py).</summary>
public class PlainPickleTests
{
    private static readonly JsonElement _fixture = JsonDocument.Parse(File.ReadAllBytes(Repository.Fixture("plain-pickles.json"))).RootElement;

    public static TheoryData<string, int> Pickles =>
        [.. _fixture.GetProperty("pickles").EnumerateArray().Select(entry => (entry.GetProperty("name").GetString()!, entry.GetProperty("protocol").GetInt32()))];

    public static TheoryData<string> Spelled => [.. _fixture.GetProperty("spelled").EnumerateArray().Select(entry => entry.GetProperty("name").GetString()!)];

    public static IEnumerable<byte[]> AllBytes =>
        from list in (string[])["pickles", "spelled"]
        from entry in _fixture.GetProperty(list).EnumerateArray()
        select entry.GetProperty("pickle").GetBytesFromBase64();

    [Theory]
    [MemberData(nameof(Pickles))]
    public void EveryProtocolIsReadAsCPythonReadsIt(string name, int protocol)
    {
        var entry = _fixture.GetProperty("pickles").EnumerateArray()
            .Single(entry => entry.GetProperty("name").GetString() == name && entry.GetProperty("protocol").GetInt32() == protocol);

        Assert.Equal(entry.GetProperty("expected").GetString(), ValueText.Of(PlainHost.Run(entry.GetProperty("pickle").GetBytesFromBase64())));
    }

    [Theory]
    [MemberData(nameof(Spelled))]
    public void EveryOpcodeIsReadOrRefusedAsCPythonDoes(string name)
    {
        var entry = _fixture.GetProperty("spelled").EnumerateArray().Single(entry => entry.GetProperty("name").GetString() == name);
        var pickle = entry.GetProperty("pickle").GetBytesFromBase64();

        if (entry.GetProperty("expected").GetString() is { } expected)
        {
            Assert.Equal(expected, ValueText.Of(PlainHost.Run(pickle)));
        }
        else
        {
            var error = Assert.ThrowsAny<CheckpointException>(() => PlainHost.Run(pickle));
            Assert.Equal("data.pkl", error.Record);
            Assert.InRange(error.Offset!.Value, 0, pickle.Length);
        }
    }

    [Fact]
    public void NoOpcodeIsLeftOut()
    {
        var seen = AllBytes.SelectMany(bytes => bytes).Select(value => (PickleOpcode)value).ToHashSet();
        var names = Spelled.Select(row => row.Data).ToList();

        Assert.All(Enum.GetValues<PickleOpcode>(), opcode => Assert.Contains(opcode, seen));
        Assert.True(names.Count > 150);
    }

    [Fact]
    public void ThePositionAfterAPickleIsKnown()
    {
        var position = 2;

        PickleMachine.Run([0, 0, .. "K\x07.rest"u8], ref position, "data.pkl", new PlainHost(), ReadLimits.Default);

        Assert.Equal(5, position);
    }

    [Fact]
    public void SurrogatesThatPythonKeepsApartBecomeTheirCharacter()
    {
        // UTF-16 cannot tell the two: the one place where text does not come back as it was.
        Assert.Equal("😀", PlainHost.Run("V\\ud83d\\ude00\n."u8).AsString());
        Assert.Equal("😀", PlainHost.Run([.. "X\x06\0\0\0"u8, 0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80, (byte)'.']).AsString());
    }
}
