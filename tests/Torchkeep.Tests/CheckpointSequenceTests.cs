using System.Text;
using Torchkeep.Tests.Formats.TorchLegacy;
using Torchkeep.Tests.Saving;
using static Torchkeep.Tests.PickleBytes;

namespace Torchkeep.Tests;

/// <summary>Several objects one after another in one stream, and pickles without a container.</summary>
public class CheckpointSequenceTests
{
    private static readonly byte[] _pickle = [.. "(lp0\nI1\naI2\na."u8];

    /// <summary>What <c>pickle.dumps</c> makes of a tensor.</summary>
    internal static byte[] PickledTensor
    {
        get
        {
            byte[] file = LegacyBytes.File(LegacyBytes.Stored("FloatStorage", "7", 2), LegacyBytes.Floats("7", 1, 2));
            byte[] bytes = [(byte)'B', .. BitConverter.GetBytes(file.Length), .. file];
            return Protocol2(TensorV2(Call(Global("torch.storage", "_load_from_bytes"), bytes), 0, [2], [1]));
        }
    }

    public static TheoryData<string> Orders => ["z", "l", "p", "zz", "ll", "pp", "zl", "lz", "zp", "pz", "zlpz", "lzzl", "o", "oo", "oz", "ol", "op", "po", "olozo"];

    [Theory]
    [MemberData(nameof(Orders))]
    public void EveryObjectIsOpened(string kinds)
    {
        var bytes = kinds.SelectMany((kind, i) => One(kind, i)).ToArray();
        using var stream = new MemoryStream([1, 2, 3, .. bytes]) { Position = 3 };

        var all = Checkpoint.OpenAll(stream);

        Assert.Equal(kinds.Replace('o', 'p'), string.Concat(all.Select(one => one.Format switch { CheckpointFormat.TorchZip => 'z', CheckpointFormat.TorchLegacy => 'l', _ => 'p' })));
        Assert.Equal(Enumerable.Range(0, kinds.Length), all.Select(one => (int)one["i"].AsInt64()));
        Assert.All(all.Where(one => one.Format != CheckpointFormat.Pickle), one => Assert.Equal([(float)one["i"].AsInt64()], one.FindTensor("t").ToArray<float>()));
        foreach (var one in all)
        {
            one.Dispose();
            Assert.Equal(one != all[^1], stream.CanRead);
        }
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public async Task AStreamStandsBehindTheCheckpoint(string kinds)
    {
        var parts = kinds.Select(One).ToList();
        using var stream = new MemoryStream([1, 2, 3, .. parts.SelectMany(part => part)]) { Position = 3 };
        var opened = new List<Checkpoint>();
        foreach (var part in parts)
        {
            var at = stream.Position;
            opened.Add(opened.Count % 2 == 0 ? Checkpoint.Open(stream, leaveOpen: true) : await Checkpoint.OpenAsync(stream, leaveOpen: true, cancellationToken: TestContext.Current.CancellationToken));
            Assert.Equal(at + part.Length, stream.Position);
        }

        for (var i = kinds.Length - 1; i >= 0; i--)
        {
            Assert.Equal(i, opened[i]["i"].AsInt64());
            if (kinds[i] is 'z' or 'l')
            {
                Assert.Equal([(float)i], opened[i].FindTensor("t").ToArray<float>());
                var bytes = new byte[4];
                await opened[i].FindTensor("t").Storage.Bytes.ReadAsync(0, bytes, TestContext.Current.CancellationToken);
            }

            Assert.Equal(stream.Length, stream.Position);
        }

        var error = Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(stream, leaveOpen: true));
        Assert.Contains($"stands at its end, byte {stream.Length} of {stream.Length}", error.Message, StringComparison.Ordinal);
        Assert.Contains("at its end", Assert.Throws<InvalidCheckpointException>(() => Checkpoint.OpenAll(stream, leaveOpen: true)).Message, StringComparison.Ordinal);
        Assert.Contains("an empty file", Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(new MemoryStream())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AStreamThatIsNoCheckpointStaysWhereItStood()
    {
        using var stream = new MemoryStream([1, 2, 3, .. "no checkpoint"u8]) { Position = 3 };

        Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(stream, leaveOpen: true));

        Assert.Equal(3, stream.Position);
    }

    [Fact]
    public void WhatFollowsACheckpointIsCounted()
    {
        using var single = Checkpoint.Open(One('l', 0));
        using var several = Checkpoint.Open((byte[])[.. One('l', 0), .. One('z', 1)]);

        Assert.Equal(0, single.FollowingBytes);
        Assert.Equal(One('z', 1).Length, several.FollowingBytes);
    }

    [Theory]
    [InlineData(41)]
    [InlineData(0)]
    [InlineData(70000)]
    public void AShortPickleBeforeAStreamIsOneOfItsOwn(int number)
    {
        foreach (var start in new byte[][] { [0x80, 2, .. Int(number), (byte)'.'], [0x80, 4, (byte)'K', 41, (byte)'.'], [0x80, 5, (byte)'N', (byte)'.'], [0x80, 2, (byte)'N', (byte)'.'] })
        {
            var all = Checkpoint.OpenAll(new MemoryStream([.. start, .. One('l', 1)]));

            Assert.Equal([CheckpointFormat.Pickle, CheckpointFormat.TorchLegacy], all.Select(one => one.Format));
        }
    }

    [Fact]
    public void TheRefusalOfSeveralArchivesNamesTheCallThatOpensThem()
    {
        byte[] several = [.. One('z', 0), .. One('z', 1)];
        byte[] longer = [.. One('z', 0)[..^22], 0, 0, 0, .. One('z', 0)[^22..]];

        Assert.Contains("Checkpoint.OpenAll", Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(several)).Message, StringComparison.Ordinal);
        Assert.DoesNotContain("OpenAll", Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(longer)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnArchiveThatWasCopiedAsTextIsToldSo()
    {
        // A name with a line feed stands for the many of a real file.
        var bytes = TorchZipBytes.Archive([("a/data.pkl", Protocol2(Str("one\ntwo\nthree"))), ("a/version", "3\n"u8.ToArray())]);
        var copied = bytes.SelectMany(one => one == '\n' ? (byte[])[(byte)'\r', one] : [one]).ToArray();

        Assert.Contains("copied as text", Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(copied)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatComesAfterAnObjectMustBeOne()
    {
        var broken = new byte[100];
        using var stream = new MemoryStream([.. One('z', 0), .. broken]);
        using var cut = new MemoryStream([.. One('l', 0), .. One('l', 1)[..^2]]);

        Assert.Equal(One('z', 0).Length, Assert.Throws<InvalidCheckpointException>(() => Checkpoint.OpenAll(stream)).Offset);
        Assert.True(Assert.Throws<InvalidCheckpointException>(() => Checkpoint.OpenAll(cut)).Offset > One('l', 0).Length);
        Assert.False(stream.CanRead || cut.CanRead);
        Assert.Throws<InvalidCheckpointException>(() => Checkpoint.OpenAll(new MemoryStream()));
    }

    [Fact]
    public void ArchivesOfOneLengthAreToldApart()
    {
        // The second's zip64 locator, taken from the start of the file, names the first's record.
        var (first, second) = (Saved.ToBytes(new PyDict { { "i", 1 } }), Saved.ToBytes(new PyDict { { "i", 2 } }));
        Assert.Equal(first.Length, second.Length);

        Assert.Equal([1, 2], Checkpoint.OpenAll(new MemoryStream([.. first, .. second])).Select(one => one["i"].AsInt64()));
        Assert.Contains("one after another", Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open((byte[])[.. first, .. second])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnEndRecordInsideOfAStorageIsNoEnd()
    {
        byte[] decoy = [.. "PK\x05\x06"u8, .. new byte[18], .. "PK\x05\x06"u8, .. Enumerable.Repeat((byte)255, 18)];
        var first = TorchZipBytes.Build(Protocol2(TensorV2(Storage("ByteStorage", "0", decoy.Length), 0, [decoy.Length], [1])), ("0", decoy));

        var all = Checkpoint.OpenAll(new MemoryStream([.. first, .. One('z', 1)]));

        Assert.Equal(2, all.Count);
        Assert.Equal(decoy, all[0].Root.AsTensor().ToArray<byte>());
    }

    [Theory]
    [InlineData("(lp0\nI1\naI2\na.")]
    [InlineData("]q\0(K\u0001K\u0002e.")]
    [InlineData("\u0080\u0002]q\0(K\u0001K\u0002e.")]
    [InlineData("\u0080\u0004\u0095\u0009\0\0\0\0\0\0\0]\u0094(K\u0001K\u0002e.")]
    public void APickleWithoutAContainerIsOpened(string pickle)
    {
        using var checkpoint = Checkpoint.Open(System.Text.Encoding.Latin1.GetBytes(pickle));

        Assert.Equal(CheckpointFormat.Pickle, checkpoint.Format);
        Assert.Equal([1, 2], checkpoint.Root.AsItems().Select(item => item.AsInt64()));
    }

    [Theory]
    [InlineData("N.B. this is a text")]
    [InlineData("I am a text.\nI am.")]
    [InlineData("class Foo:\n    pass\n.")]
    [InlineData("(a list of things.)\n")]
    [InlineData("import torch\n")]
    [InlineData("copyright\nby me\n and others.")]
    [InlineData("Lorem ipsum dolor sit amet.\n")]
    [InlineData("Some text. With a stop.")]
    [InlineData("Various\n.things")]
    [InlineData("This is text.")]
    [InlineData("Xylophones, and more")]
    [InlineData("(.")]
    [InlineData("[1, 2, 3]")]
    [InlineData("{\"a\": 1}")]
    [InlineData("cos\nsystem\n(S'ls'\ntR")]
    public void ATextIsNoPickle(string text) =>
        Assert.Contains("no PyTorch checkpoint", Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(System.Text.Encoding.Latin1.GetBytes(text))).Message, StringComparison.Ordinal);

    [Fact]
    public void AStorageThatWouldLieBesideThePickleIsMissed()
    {
        var error = Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(Protocol2(TensorV2(Storage("FloatStorage", "0", 1), 0, [1], [1]))));

        Assert.Contains("cut out of a checkpoint", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheStorageOfAPickledTensorIsAFileInIt()
    {
        using var checkpoint = Checkpoint.Open(PickledTensor);

        Assert.Equal([1f, 2f], checkpoint.Root.AsTensor().ToArray<float>());
    }

    /// <summary>A checkpoint of a kind: z, l or p.</summary>
    internal static byte[] One(char kind, int i)
    {
        var element = BitConverter.GetBytes((float)i);
        byte[] Tensor(byte[] storage) => Dict((Str("i"), Int(i)), (Str("t"), TensorV2(storage, 0, [1], [1])));
        return kind switch
        {
            'z' => TorchZipBytes.Build(Protocol2(Tensor(Storage("FloatStorage", "0", 1))), ("0", element)),
            'o' => [.. Encoding.ASCII.GetBytes($"(dp0\nVi\np1\nI{i}\ns.")],
            'l' => LegacyBytes.File(Tensor(LegacyBytes.Stored("FloatStorage", "0", 1)), LegacyBytes.Floats("0", i)),
            _ => Protocol2(Dict((Str("i"), Int(i)))),
        };
    }
}
