using System.Text;
using Torchkeep.Formats;

namespace Torchkeep.Tests.Formats;

/// <summary>What is wrong with a text that is no JSON is said in words of our own.</summary>
public sealed class JsonFaultTests
{
    [Theory]
    [InlineData("{\"a\":1,}", "a comma stands before '}'", 7)]
    [InlineData("[1,]", "a comma stands before ']'", 3)]
    [InlineData("{\"a\":1,,\"b\":2}", "',' stands where a value should be", 8)]
    [InlineData("{\"a\":}", "a name has no value", 5)]
    [InlineData("{\"a\" 1}", "a comma or a colon is missing", 5)]
    [InlineData("[1 2]", "a comma or a colon is missing", 3)]
    [InlineData("{a:1}", "'a' stands where a value or a name in double quotes should be", 1)]
    [InlineData("{'a':1}", "''' stands where", 1)]
    [InlineData("[tru]", "true, false, null are the only words", 1)]
    [InlineData("[NaN]", "'N' stands where", 1)]
    [InlineData("[01]", "a number is not written as JSON writes numbers", 1)]
    [InlineData("[1.]", "a number is not written as JSON writes numbers", 1)]
    [InlineData("[\"x", "a text does not end", 1)]
    [InlineData("[\"\\q\"]", "a text does not end", 1)]
    [InlineData("[\"\n\"]", "a text does not end", 1)]
    [InlineData("[\u0001]", "the byte 0x01 stands where", 1)]
    [InlineData("[/*c*/]", "comments are not allowed", 1)]
    [InlineData("{} x", "something follows its end", 3)]
    [InlineData("{},", "a comma follows its end", 3)]
    [InlineData("{\"a\":1", "it ends too early", 6)]
    [InlineData("{\"a\"", "it ends too early", 4)]
    [InlineData("", "it is empty", 0)]
    [InlineData("[[[[[1]]]]]", "it is nested deeper than 4", 4)]
    [InlineData("]", "']' closes what is not open", 0)]
    public void EachFaultHasItsWordsAndItsPlace(string json, string problem, int offset)
    {
        var fault = JsonFault.In(Encoding.UTF8.GetBytes(json), maxDepth: 4);
        Assert.StartsWith(problem, fault?.Problem, StringComparison.Ordinal);
        Assert.Equal(offset, fault?.Offset);
    }

    [Theory, InlineData("{\"a\":[1,2,{\"b\":null}]}"), InlineData(" [ ] "), InlineData("1")]
    public void WhatIsRightHasNone(string json) => Assert.Null(JsonFault.In(Encoding.UTF8.GetBytes(json), maxDepth: 8));

    [Fact]
    public void NoTextOfTheFrameworkIsPassedOn()
    {
        foreach (var json in new[] { "{\"a\":{},}", "{\"a\":nul}", "{\"a\":{\"x\":\"\u0001\"}}", "{a}", "{\"a\"}", "{", "{\"a\":[[" })
        {
            var error = Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open((byte[])[.. BitConverter.GetBytes((long)json.Length), .. Encoding.UTF8.GetBytes(json)]));
            Assert.DoesNotContain("reader options", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("LineNumber", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("invalid", error.Message, StringComparison.Ordinal);
        }
    }
}
