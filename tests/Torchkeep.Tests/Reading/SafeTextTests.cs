using System.Globalization;
using System.Text;
using static Torchkeep.Tests.PickleBytes;

namespace Torchkeep.Tests.Reading;

/// <summary>What of a file's text is shown.</summary>
public sealed class SafeTextTests
{
    // Of Unicode's Default_Ignorable_Code_Point, one of each kind, with the characters that terminals and editors obey.
    private static readonly int[] _hidden =
    [
        0x00, 0x07, 0x08, 0x0a, 0x0d, 0x1b, 0x7f, 0x85, 0x9b, 0xa0, 0xad, 0x034f, 0x061c, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x180b, 0x180e, 0x180f,
        0x200b, 0x200c, 0x200d, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202e, 0x2060, 0x2064, 0x2065, 0x2066, 0x2069, 0x206a, 0x2800, 0x3000, 0x3164,
        0xe000, 0xfe00, 0xfe0f, 0xfeff, 0xffa0, 0xfff0, 0xfff9, 0xffff, 0x1bca0, 0x1d159, 0x1d173, 0xe0000, 0xe0001, 0xe0041, 0xe007f, 0xe0100, 0xe01ef, 0xf0000, 0x10ffff,
    ];

    [Fact]
    public void NoHiddenCharacterIsShown()
    {
        foreach (var value in _hidden)
        {
            Assert.Equal(value > 0xffff ? $"a\\U{value:x8}b" : $"a\\u{value:x4}b", SafeText.Escape($"a{new Rune(value)}b"));
        }
    }

    [Fact]
    public void EveryCharacterOfAHiddenCategoryIsEscaped()
    {
        for (var value = 0; value <= 0x10ffff; value++)
        {
            if (!Rune.IsValid(value))
            {
                continue;
            }

            var rune = new Rune(value);
            var isHidden = Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned;
            Assert.False(isHidden && SafeText.IsVisible(rune), $"U+{value:x}");
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("layer1.0.weight [3, 4] 'a' \\ \"")]
    [InlineData("größe 模型 😀 é ก้")]
    public void WhatShowsItselfStays(string text) => Assert.Same(text.Length == 0 ? text : SafeText.Escape(text) == text ? text : null, text);

    [Fact]
    public void HalvesOfSurrogatesAreEscaped()
    {
        foreach (var (text, expected) in new[] { ("a\ud800", "a\\ud800"), ("\udc00a", "\\udc00a"), ("\ud800\ud83d\ude00", "\\ud800😀") })
        {
            Assert.Equal(expected, SafeText.Escape(text));
            Assert.Equal(expected, SafeText.Escape(SafeText.Escape(text)));
        }
    }

    [Fact]
    public void AMessageIsOneLineAndThePropertiesAreTheFilesText()
    {
        var hostile = "\e[31m\r\n\u202e" + string.Concat(_hidden.Select(value => new Rune(value).ToString()));
        var file = TorchZipBytes.Build(Protocol2(Dict((Str(hostile), TensorV2(Storage("FloatStorage", "0", 1), 0, [2], [1])))), ("0", new byte[4]));

        var error = Assert.ThrowsAny<CheckpointException>(() => Checkpoint.Open(file));
        AssertIsSafe(error.Message);

        var missing = TorchZipBytes.Build(Protocol2(Dict((Str(hostile), TensorV2(Storage("FloatStorage", hostile, 1), 0, [1], [1])))));
        error = Assert.ThrowsAny<CheckpointException>(() => Checkpoint.Open(missing));
        AssertIsSafe(error.Message);
        Assert.Contains(hostile, error.Record, StringComparison.Ordinal);
    }

    [Fact]
    public void MessagesOfOtherExceptionsAndFindingsAreSafe()
    {
        var hostile = "\e[31m\r\n" + string.Concat(_hidden.Select(value => new Rune(value).ToString()));
        var record = Call(Global($"m{hostile.Replace("\n", "", StringComparison.Ordinal)}", "f"));
        var file = TorchZipBytes.Build(Protocol2(Dict((Str(hostile), record), (Str("a"), Dict((Str(hostile), Int(1)))))));
        using var checkpoint = Checkpoint.Open(file);

        Action[] mistakes =
        [
            () => checkpoint.FindTensor(hostile),
            () => checkpoint.FindStateDict(),
            () => checkpoint.FindStateDict(hostile),
            () => checkpoint.FindModule(),
            () => _ = checkpoint.Root[hostile + "!"],
            () => checkpoint.Root[hostile].AsInt64(),
            () => checkpoint.Root["a"].AsInt64(),
            () => new PyString(hostile).AsInt64(),
            () => new PyString(hostile).AsDecimal(),
        ];
        foreach (var mistake in mistakes)
        {
            AssertIsSafe(Record.Exception(mistake)!.Message);
        }

        var report = CheckpointScanner.Scan(new IO.FaultyByteSource(file, file.Length), cancellationToken: TestContext.Current.CancellationToken);
        Assert.NotEmpty(report.Findings);
        Assert.All(report.Findings, finding => AssertIsSafe(finding.Message));
    }

    private static void AssertIsSafe(string message)
    {
        Assert.NotEmpty(message);
        Assert.Equal(SafeText.Escape(message), message);
    }
}
