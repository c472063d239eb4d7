using Torchkeep.Cli.Output;

namespace Torchkeep.Cli.Tests.Output;

public sealed class TextCutTests
{
    [Theory]
    [InlineData("abcdefghij", 10, "abcdefghij")]
    [InlineData("abcdefghij", 7, "ab...ij")]
    [InlineData("模型模型模型", 7, "模...型")]
    public void AWideTextKeepsItsEnds(string text, int width, string expected)
    {
        Assert.Equal(expected, TextCut.Ends(text, width));
        Assert.InRange(TextCut.Columns(TextCut.Ends(text, width)), 0, width);
    }

    [Theory]
    [InlineData("abcdefghij", 10, "abcdefghij")]
    [InlineData("abcdefghij", 5, "ab...")]
    [InlineData("abcdefghij", 2, "..")]
    [InlineData("abcdefghij", 0, "")]
    public void ATextTooWideForTheLineIsCut(string text, int width, string expected) => Assert.Equal(expected, TextCut.First(text, width));
}
