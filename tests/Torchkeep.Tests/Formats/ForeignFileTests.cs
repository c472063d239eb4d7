using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Torchkeep.Tests.IO;

namespace Torchkeep.Tests.Formats;

/// <summary>What people open by mistake, and what they are told.</summary>
public sealed class ForeignFileTests
{
    private static readonly (string Kind, byte[] Bytes, string Is, string Advice)[] _files =
    [
        ("empty", [], "an empty file", "did not finish"),
        ("html", Text("<!DOCTYPE html>\n<html><body>Sign in</body></html>"), "a web page", "fetch the file again"),
        ("html with space", Text("\r\n  <HTML lang='en'>"), "a web page", "fetch the file again"),
        ("xml error", Text("<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>"), "a web page", "fetch the file again"),
        ("git-lfs", Text("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"), "a git-LFS pointer", "git lfs pull"),
        ("gzip of a text", Gzip(Text("epoch,loss\r\n")), "a gzip file", "unpack"),
        ("bzip2", Text("BZh91AY&SY"), "a bzip2 file", "unpack"),
        ("xz in gzip", Gzip([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 4]), "an xz file", "unpack"),
        ("lzma", [0x5d, 0, 0, 0x80, 0, .. Enumerable.Repeat((byte)0xff, 8), 0], "an LZMA file", "--format=lzma"),
        ("lz4", [0x04, 0x22, 0x4d, 0x18, 0x64, 0x40], "an LZ4 file", "lz4 -d"),
        ("zstd", [0x28, 0xb5, 0x2f, 0xfd, 4, 0], "a zstd file", "unpack"),
        ("7-zip", [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c, 0, 4], "a 7-zip file", "unpack"),
        ("rar", Text("Rar!\x1a\a\x01"), "a RAR file", "unpack"),
        ("tar", Tar(), "a tar file without 'pickle'", "unpack"),
        ("empty zip", new TorchZip.RawZip().Build(), "an empty zip file", "did not finish"),
        ("split zip", [0x50, 0x4b, 7, 8, 0x50, 0x4b, 3, 4], "one part of a zip file", "join"),
        ("zip behind a stub", [.. Text("#!/bin/sh\nexit\n"), .. TorchZip.SmallModel.Zip.Build()], "a zip archive behind 15 bytes", "cut them off"),
        ("legacy", [0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8], "the first bytes of a checkpoint of the stream format", "did not finish"),
        ("preview", Text("PYTORCH1\0\0\0"), "the preview format", "save it again"),
        ("hdf5", [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a, 0], "an HDF5 file", "HDF5 library"),
        ("npy", [0x93, .. Text("NUMPY\x01\0")], "a NumPy array", "torch.save"),
        ("legacy copied as text", [0x80, 2, 0x8a, 0x0d, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e], "a checkpoint of the stream format in which each line feed became", "as binary"),
        ("ggml", Text("lmgg\0\0\0\0"), "a GGML model", "made from"),
        ("ggjt", Text("tjgg\x03\0\0\0"), "a GGML model (ggjt)", "made from"),
        ("onnx", [8, 8, 0x12, 7, .. Text("pytorch"), 0x1a, 5, .. Text("2.1.0")], "an ONNX model", "made from"),
        ("onnx without a producer", [8, 7, 0x3a, 0x10, 0x0a, 1], "an ONNX model", "made from"),
        ("saved model", [8, 1, 0x12, 0xf3, 0x80, 1, 0x0a, 0x20], "a TensorFlow SavedModel", "with TensorFlow"),
        ("executorch", [0x3c, 0, 0, 0, .. Text("ET12"), 0, 0], "an ExecuTorch program", "exported from"),
        ("tflite", [0x1c, 0, 0, 0, .. Text("TFL3"), 0, 0], "a TensorFlow Lite model", "TensorFlow Lite"),
        ("torch7", [4, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0, .. Text("V 1"), 13], "a file of Lua Torch", "torch.save"),
        ("torch7 table", [3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0], "a file of Lua Torch", "torch.save"),
        ("torch7 text", Text("4\n1\n3\nV 1\n13\nnn.Sequential\n"), "a file of Lua Torch", "torch.save"),
        ("tf table", [.. new byte[40], 0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb], "a TensorFlow checkpoint", "with TensorFlow"),
        ("tf list", Text("model_checkpoint_path: \"model.ckpt-1\"\n"), "the list of TensorFlow's checkpoints", "with TensorFlow"),
        ("flax", [0x82, 0xa6, .. Text("params"), 0x80], "a file of MessagePack", "flax.serialization"),
        ("zeros", new byte[2000], "2000 bytes that are all zero", "never written"),
        ("zeros first", [.. new byte[3000], 1], "something that starts with 3000 zeros", "never written"),
        ("optimizer of TorchSharp", [4, .. Text("Adam"), 1, 4], "the state of TorchSharp's own optimizer Adam", "optimizer.state_dict()"),
        ("gguf", Text("GGUF\x03\0\0\0"), "a GGUF model", "made from"),
        ("png", [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], "a PNG image", "check the path"),
        ("jpeg", [0xff, 0xd8, 0xff, 0xe0, 0, 0x10], "a JPEG image", "check the path"),
        ("pdf", Text("%PDF-1.7"), "a PDF document", "check the path"),
        ("elf", [0x7f, 0x45, 0x4c, 0x46, 2], "a Linux program", "check the path"),
        ("json", Text(" {\"error\": \"Repository not found\"}"), "JSON text", "check the path"),
        ("text", Text("epoch,loss\r\n1,0.5\r\n"), "text that starts with 'epoch,loss 1,0.5 '", "check the path"),
        ("spaces", Text("   \n"), "text that starts with ''", "check the path"),
        ("binary", [0, 1, 2, 3, 4, 5, 6, 7, 8], "something unknown of 9 bytes that starts with 0001020304050607", "check the path"),
        ("one byte", [0x80], "something unknown of 1 bytes that starts with 80", "check the path"),
    ];

    private static readonly (string[] Records, string Is)[] _zips =
    [
        (["weights/model.pth"], "'weights/model.pth', so it is a zip file around it: unzip it"),
        (["model.safetensors", "config.json"], "'config.json', so it is a zip file around it: unzip it"),
        (["arr_0.npy", "arr_1.npy"], "a NumPy archive"),
        (["config.json", "model.weights.h5"], "a Keras model"),
        (["[Content_Types].xml", "word/document.xml"], "an Office document"),
        (["META-INF/MANIFEST.MF", "A.class"], "a Java archive"),
        (["a", "b", "c", "d", "e", "f"], "'a', 'b', 'c', 'd', 'e' and more"),
        (["a/b/version", "a/b/byteorder"], "'a/b/version', 'a/b/byteorder' alone: the torch.save that made it failed"),
        (["archive/.data/version"], "failed before it wrote the object"),
        (["model/DATA.PKL"], "'model/DATA.PKL'"),
    ];

    public static TheoryData<string> Kinds => [.. _files.Select(file => file.Kind)];

    public static TheoryData<string> ZipKinds => [.. _zips.Select(zip => zip.Is)];

    [Theory, MemberData(nameof(Kinds))]
    public void TheMessageSaysWhatItIsWhereAndWhatToDo(string kind)
    {
        using var folder = new TemporaryFolder();
        var (_, bytes, what, advice) = _files.Single(file => file.Kind == kind);
        File.WriteAllBytes(folder["model.pt"], bytes);
        var error = Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(folder["model.pt"]));
        Assert.Contains($"it is {what}", error.Message, StringComparison.Ordinal);
        Assert.Contains(advice, error.Message, StringComparison.Ordinal);
        Assert.EndsWith($"(file '{folder["model.pt"]}', byte 0)", error.Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(ZipKinds))]
    public void AZipWithoutThePickleIsToldByItsRecords(string kind)
    {
        var zip = new TorchZip.RawZip([.. _zips.Single(zip => zip.Is == kind).Records.Select(name => new TorchZip.RawRecord(name, [1]))]);
        var error = Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(zip.Build()));
        Assert.Contains("'data.pkl' is missing", error.Message, StringComparison.Ordinal);
        Assert.Contains(kind, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AZipThatListsNothingIsEmpty()
    {
        byte[] bytes = [0x50, 0x4b, 3, 4, .. new TorchZip.RawZip { DirectoryOffset = 4 }.Build()];
        var error = Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(bytes));
        Assert.Contains("it is empty", error.Message, StringComparison.Ordinal);
    }

    private static byte[] Text(string text) => Encoding.Latin1.GetBytes(text);

    private static byte[] Gzip(byte[] inside)
    {
        var stream = new MemoryStream();
        using (var zipper = new GZipStream(stream, CompressionLevel.Fastest))
        {
            zipper.Write(inside);
        }

        return stream.ToArray();
    }

    private static byte[] Tar()
    {
        var stream = new MemoryStream();
        using (var writer = new TarWriter(stream, TarEntryFormat.Ustar))
        {
            writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, "storages") { DataStream = new MemoryStream([1]) });
        }

        return stream.ToArray();
    }
}
