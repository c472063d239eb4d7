using Torchkeep.Formats.TorchTar;
using Torchkeep.IO;

namespace Torchkeep.Tests.Formats.TorchTar;

/// <summary>Members are those that Python's tarfile sees, and where another reader sees others it is said.</summary>
public sealed class TarWalkTests
{
    private static readonly byte[] _bytes = "0123456789"u8.ToArray();

    /// <summary>Files that readers take in two ways: what they are, the file, and the member as Python has it.</summary>
    public static TheoryData<string, byte[], string> Odd => new()
    {
        { "sparse, 1.0", new RawTar().Extended('x', ("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.name", "pickle"), ("GNU.sparse.realsize", "10")).Add("GNUSparseFile.0/pickle", [.. Block("2\n5\n5\n0\n5\n"), .. "5678901234"u8]).Build(), "0123456789" },
        { "sparse, 0.0", new RawTar().Extended('x', ("GNU.sparse.size", "10"), ("GNU.sparse.offset", "5"), ("GNU.sparse.numbytes", "5"), ("GNU.sparse.offset", "0"), ("GNU.sparse.numbytes", "5")).Add("pickle", "5678901234"u8.ToArray()).Build(), "0123456789" },
        { "sparse, 0.1", new RawTar().Extended('x', ("GNU.sparse.size", "10"), ("GNU.sparse.map", "5,5,0,5")).Add("pickle", "5678901234"u8.ToArray()).Build(), "0123456789" },
        { "sparse, of old", new RawTar().Add("pickle", "5678901234"u8.ToArray(), 'S', change: Sparse).Build(), "0123456789" },
        { "a size in two headers", new RawTar().Extended('x', ("size", "10")).Add("pickle", _bytes, size: 5).Build(), "0123456789" },
        { "a name of all members", new RawTar().Extended('g', ("path", "pickle")).Add("other", _bytes).Build(), "0123456789" },
        { "two extended headers", new RawTar().Extended('x', ("path", "pickle")).Extended('x', ("path", "other")).Add("third", _bytes).Build(), "0123456789" },
    };

    [Theory, MemberData(nameof(Odd))]
    public void WhatReadersTakeInTwoWaysIsReadAsPythonDoesAndSaid(string what, byte[] file, string bytes)
    {
        Assert.NotEmpty(what);
        using var source = new MemoryByteSource(file);
        var walk = Walk(source);
        Assert.NotEmpty(walk.Oddities);
        var member = Assert.Single(walk.Members).Open(source);
        var read = new byte[bytes.Length];
        member.Read(0, read);
        Assert.Equal(bytes, System.Text.Encoding.ASCII.GetString(read));
    }

    [Theory, MemberData(nameof(Odd))]
    public void TheReaderOfCheckpointsRefusesIt(string what, byte[] file, string bytes)
    {
        Assert.NotEmpty(what + bytes);
        using var source = new MemoryByteSource(file);
        var error = Assert.Throws<InvalidCheckpointException>(() => TarMembers.ReadAsync(source, ReadLimits.Default, async: false, TestContext.Current.CancellationToken).Complete());
        Assert.Contains("readers of tar files differ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OrdinaryFilesHoldNothingOdd()
    {
        byte[][] files =
        [
            TarBytes.SmallFile,
            new RawTar().Extended('x', ("path", "pickle"), ("mtime", "1.5")).Add("other", _bytes).Build(),
            new RawTar().Add("././@LongLink", "pickle\0"u8.ToArray(), 'L').Add("pick", _bytes).Build(),
            new RawTar().Extended('g', ("comment", "made by a program")).Add("pickle", _bytes).Build(),
        ];
        foreach (var file in files)
        {
            using var source = new MemoryByteSource(file);
            Assert.Empty(Walk(source).Oddities);
            Assert.Contains(Walk(source).Members, member => member.Name == "pickle");
            Assert.True(TarMembers.ReadAsync(source, ReadLimits.Default, async: false, TestContext.Current.CancellationToken).Complete().ContainsKey("pickle"));
        }
    }

    [Fact]
    public void ASizeThatPassesTheFileTakesNoMemory()
    {
        using var source = new MemoryByteSource(new RawTar().Add("pickle", _bytes, size: 1L << 32).Build());
        Assert.True(Assert.Single(Walk(source).Members).Open(source).Length < source.Length);
    }

    private static TarWalk Walk(ByteSource source) => TarWalk.ReadAsync(source, ReadLimits.Default, async: false, TestContext.Current.CancellationToken).Complete();

    private static byte[] Block(string text)
    {
        var block = new byte[512];
        System.Text.Encoding.ASCII.GetBytes(text).CopyTo(block, 0);
        return block;
    }

    private static void Sparse(byte[] header)
    {
        RawTar.Octal(5, 11).CopyTo(header, 386);
        RawTar.Octal(5, 11).CopyTo(header, 398);
        RawTar.Octal(0, 11).CopyTo(header, 410);
        RawTar.Octal(5, 11).CopyTo(header, 422);
        RawTar.Octal(10, 11).CopyTo(header, 483);
    }
}
