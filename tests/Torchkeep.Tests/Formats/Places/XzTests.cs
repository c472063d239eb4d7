namespace Torchkeep.Tests.Formats.Places;

/// <summary>xz around a checkpoint, as xz itself and Python write it (tests/fixtures/xz.py).</summary>
public sealed class XzTests
{
    [Theory]
    [InlineData("fastest")]
    [InlineData("best")]
    [InlineData("no_check")]
    [InlineData("no_context")]
    [InlineData("position")]
    [InlineData("smallest_window")]
    [InlineData("blocks")]
    [InlineData("streams")]
    public async Task WhatIsInItIsTheCheckpoint(string way)
    {
        using var expected = Checkpoint.Open(Fixture("model.pt"));
        using var checkpoint = Checkpoint.Open(Fixture($"{way}.pt.xz"));
        using var later = await Checkpoint.OpenAsync(Fixture($"{way}.pt.xz"), cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal("xz", checkpoint.Compression);
        foreach (var opened in (Checkpoint[])[checkpoint, later])
        {
            Assert.Equal(expected.FindTensor("random").ToArray<byte>(), opened.FindTensor("random").ToArray<byte>());
            Assert.Equal(expected.FindTensor("numbers").ToArray<float>(), opened.FindTensor("numbers").ToArray<float>());
            Assert.Equal(expected.FindTensor("words").ToArray<byte>(), opened.FindTensor("words").ToArray<byte>());
        }
    }

    [Fact]
    public void AByteThatIsOtherOrLackingIsNoticed()
    {
        var whole = File.ReadAllBytes(Fixture("small.pt.xz"));
        for (var at = 0; at < whole.Length; at++)
        {
            byte[] damaged = [.. whole];
            damaged[at] ^= 0x20;

            Assert.Throws<InvalidCheckpointException>(() => Open(damaged));
            Assert.Throws<InvalidCheckpointException>(() => Open(whole[..at]));
        }

        Assert.Throws<InvalidCheckpointException>(() => Open([.. whole, 0, 0, 0]));
        Assert.Throws<InvalidCheckpointException>(() => Open([.. whole, .. "behind"u8]));
    }

    [Theory]
    [InlineData("x86", "a filter that is not read, x86: unpack it with xz -d")]
    [InlineData("large_window", "needs a window of 1073741824 bytes")]
    public void WhatIsNotReadIsNamed(string way, string expected)
    {
        var error = Assert.Throws<UnsupportedCheckpointException>(() => Checkpoint.Open(Fixture($"{way}.pt.xz")));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Equal(Fixture($"{way}.pt.xz"), error.File);
    }

    [Fact]
    public void MoreThanTheLimitIsNotUnpacked()
    {
        var options = new ReadOptions { Limits = ReadLimits.Default with { MaxUnpackedBytes = 1000 } };

        Assert.Contains("MaxUnpackedBytes", Assert.Throws<UnsupportedCheckpointException>(() => Checkpoint.Open(Fixture("best.pt.xz"), options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheScanLooksInside()
    {
        Assert.Empty(CheckpointScanner.Scan(Fixture("best.pt.xz"), cancellationToken: TestContext.Current.CancellationToken).Findings);
        Assert.Equal(["broken-container"], CheckpointScanner.Scan(Fixture("x86.pt.xz"), cancellationToken: TestContext.Current.CancellationToken).Findings.Select(finding => finding.Rule.Id));
    }

    private static void Open(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        Checkpoint.Open(stream).Dispose();
    }

    private static string Fixture(string name) => Path.Combine(Repository.Root, "tests", "fixtures", "xz", name);
}
