using System.Text;
using Torchkeep.Tests.Saving;
using static Torchkeep.Tests.Formats.TorchLegacy.LegacyBytes;

namespace Torchkeep.Tests.Formats.TorchLegacy;

/// <summary>The stream that is written.</summary>
public sealed class TorchLegacyWriterTests
{
    private static readonly WriteOptions _options = new() { Format = CheckpointFormat.TorchLegacy };

    [Fact]
    public void TheStreamIsPiecePyPieceWhatPyTorchWrites()
    {
        var file = Saved.ToBytes(new PyDict { { "w", TensorView.FromArray<short>([1, 2, 3], ElementType.Int16, 3) } }, _options);
        var expected = Convert.FromHexString(
            "80028a0a6cfc9c46f9206aa850192e" + "80024de9032e"
            + "80027d7100" + "28" + Text("protocol_version", 1) + "4de903" + Text("little_endian", 2) + "88" + Text("type_sizes", 3)
            + "7d7104" + "28" + Text("short", 5) + "4b02" + Text("int", 6) + "4b04" + Text("long", 7) + "4b04" + "75" + "75" + "2e");
        var storage = Convert.FromHexString("28" + Text("storage", 3) + "63" + Hex("torch\nShortStorage\n") + "7104" + Text("0", 5) + Text("cpu", 6) + "4b03" + "4e" + "74" + "7107" + "51");

        Assert.Equal(expected, file[..expected.Length]);
        Assert.Contains(Convert.ToHexString(storage), Convert.ToHexString(file), StringComparison.Ordinal);
        Assert.Equal([.. Keys("0")[..^1].AsSpan(0, 3), .. file[^17..^14]], [0x80, 2, 0x5d, .. file[^17..^14]]);
        Assert.Equal([3, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2, 0, 3, 0], file[^14..]);
    }

    [Fact]
    public void EverythingComesBack()
    {
        using var checkpoint = Checkpoint.Open(Saved.ToBytes(Models.StateDict(), _options));
        var root = Assert.IsType<PyDict>(checkpoint.Root);

        Assert.Equal(CheckpointFormat.TorchLegacy, checkpoint.Format);
        Assert.True(root.IsOrdered);
        Assert.Equal(1, root.Attributes!["_metadata"][""]["version"].AsInt64());
        Assert.Same(root["encoder.weight"], root["decoder.weight"]);
        Assert.Same(root["encoder.weight"].AsTensor().Storage, root["turned"].AsTensor().Storage);
        Assert.Equal([0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11], root["turned"].AsTensor().ToArray<float>());
        Assert.Equal([7], root["count"].AsTensor().ToArray<long>());
        Assert.Empty(root["nothing"].AsTensor().ToArray<float>());
        Assert.Equal([1, 2], root["parameter"].AsTensor().ToArray<double>());
    }

    [Fact]
    public void StoragesLieInTheOrderOfTheirKeysAsTexts()
    {
        var root = new PyDict();
        for (var i = 0; i < 12; i++)
        {
            root.Add($"{i}", TensorView.FromArray([(byte)i], ElementType.UInt8, 1));
        }

        var file = Saved.ToBytes(root, _options);

        Assert.Equal([0, 1, 10, 11, 2, 3, 4, 5, 6, 7, 8, 9], file[^(12 * 9)..].Chunk(9).Select(block => (int)block[8]));
        using var checkpoint = Checkpoint.Open(file);
        Assert.Equal(Enumerable.Range(0, 12), checkpoint.Tensors.Select(tensor => (int)tensor.View.ToArray<byte>()[0]));
    }

    [Theory]
    [InlineData(ElementType.UInt16)]
    [InlineData(ElementType.Float8E5M2)]
    [InlineData(ElementType.Complex32)]
    public void WhatPyTorchCannotReadInItIsRefused(ElementType type)
    {
        var root = new PyDict { { "young", TensorView.FromArray(new byte[8], ElementType.UInt8, 8) } };
        var young = new TensorView(root["young"].AsTensor().Storage, type, [1]);
        var error = Assert.Throws<UnsupportedCheckpointException>(() => Saved.ToBytes(new PyDict { { "young", young } }, _options));

        Assert.Contains($"{ElementTypeInfo.Of(type)} cannot be saved in the stream format", error.Message, StringComparison.Ordinal);
        Assert.Equal("young", error.TensorName);
    }

    [Fact]
    public void AnUntypedStorageIsRefusedToo()
    {
        var root = new PyDict { { "s", new PyStorage(TensorStorage.FromArray(new byte[4]), null) } };

        Assert.Contains("untyped storage", Assert.Throws<UnsupportedCheckpointException>(() => Saved.ToBytes(root, _options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ACorruptStorageOfAnArchiveFailsTheSave()
    {
        var file = Saved.ToBytes(new PyDict { { "w", TensorView.FromArray([1.5f], ElementType.Float32, 1) } });
        file[file.AsSpan().IndexOf(BitConverter.GetBytes(1.5f))] ^= 1;
        using var checkpoint = Checkpoint.Open(file);

        Assert.Contains("CRC-32", Assert.Throws<InvalidCheckpointException>(() => Saved.ToBytes(checkpoint.Root, _options)).Message, StringComparison.Ordinal);
    }

    private static string Text(string text, int put) => $"58{text.Length:x2}000000{Hex(text)}71{put:x2}";

    private static string Hex(string text) => Convert.ToHexStringLower(Encoding.ASCII.GetBytes(text));
}
