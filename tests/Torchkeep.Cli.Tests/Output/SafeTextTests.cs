using Torchkeep.Cli.Output;

namespace Torchkeep.Cli.Tests.Output;

public sealed class SafeTextTests
{
    [Theory]
    [InlineData("plain [red]text[/]", "plain [red]text[/]")]
    [InlineData("a\x1b[31mb", "a\\u001b[31mb")]
    [InlineData("a\nb\tc", "a\\u000ab\\u0009c")]
    [InlineData("a\u009bb", "a\\u009bb")]
    [InlineData("a\u202eb", "a\\u202eb")]
    [InlineData("a\u2028b\u00a0c", "a\\u2028b\\u00a0c")]
    [InlineData("\U000e0001", "\\U000e0001")]
    [InlineData("größe 模型 😀", "größe 模型 😀")]
    public void WhatATerminalCouldObeyIsEscaped(string text, string expected) => Assert.Equal(expected, SafeText.Escape(text));

    [Fact]
    public void HalfACharacterIsEscaped() => Assert.Equal("a\\ud800", SafeText.Escape("a\ud800"));

    [Theory]
    [InlineData("abcdefghij", 10, "abcdefghij")]
    [InlineData("abcdefghij", 7, "ab...ij")]
    [InlineData("模型模型模型", 7, "模...型")]
    public void AWideTextKeepsItsEnds(string text, int width, string expected)
    {
        Assert.Equal(expected, SafeText.Ends(text, width));
        Assert.InRange(SafeText.Columns(SafeText.Ends(text, width)), 0, width);
    }

    [Theory]
    [InlineData("abcdefghij", 10, "abcdefghij")]
    [InlineData("abcdefghij", 5, "ab...")]
    [InlineData("abcdefghij", 2, "..")]
    [InlineData("abcdefghij", 0, "")]
    public void ATextTooWideForTheLineIsCut(string text, int width, string expected) => Assert.Equal(expected, SafeText.First(text, width));
}
