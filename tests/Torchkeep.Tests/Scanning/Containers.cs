using System.IO.Compression;
using Torchkeep.Tests.Formats.TorchLegacy;
using Torchkeep.Tests.Formats.TorchScript;
using Torchkeep.Tests.Formats.TorchTar;
using Torchkeep.Tests.Formats.TorchZip;
using static Torchkeep.Tests.PickleBytes;

namespace Torchkeep.Tests.Scanning;

/// <summary>Each place in each container where a program finds a file or a pickle that it may load.</summary>
internal static class Containers
{
    private static readonly byte[] _harmless = Protocol2(Dict((Str("a"), Int(1))));

    /// <summary>Places of whole files: bytes of any kind.</summary>
    internal static IReadOnlyList<(string Place, Func<byte[], byte[]> Wrap)> OfFiles { get; } =
    [
        ("alone", file => file),
        ("in gzip", file => Compress(file, stream => new GZipStream(stream, CompressionLevel.Fastest))),
        ("in zlib", file => Compress(file, stream => new ZLibStream(stream, CompressionLevel.Fastest))),
        .. new[] { "inner.pt", "extra/config.p", "pytorch_model.bin", "x.joblib", "data/0", "weights", "x.npy", "model.json", "code/x.txt" }
            .Select(name => ($"stored as {name}", (Func<byte[], byte[]>)(file => Zip(file, name, CompressionLevel.NoCompression)))),
        ("deflated as data/0", file => Zip(file, "data/0", CompressionLevel.Optimal)),
        ("deflated as model.bin", file => Zip(file, "model.bin", CompressionLevel.Optimal)),
        ("beside TorchScript", file => new RawZip([.. ScriptArchive.Records, new("net/extra/0", file)]).Build()),
        ("a member of a tar", file => TarBytes.Tar(("sys_info", Protocol2(None)), ("pickle", Protocol2(None)), ("tensors", TarBytes.Tensors), ("storages", TarBytes.Storages), ("extra.pt", file))),
        ("a member of another tar", file => TarBytes.Tar(("readme.txt", "text"u8.ToArray()), ("weights", file))),
        ("behind a pickle", file => [.. _harmless, .. file]),
        ("behind a pickle of protocol 0", file => [.. "I1\n."u8, .. file]),
        ("behind a legacy file", file => [.. LegacyBytes.SmallFile, .. file]),
        ("behind a zip", file => [.. TorchZipBytes.Build(_harmless), .. file]),
        ("behind a tar", file => [.. TarBytes.SmallFile, .. file]),
        ("bytes in a pickle", file => Protocol2(Call(Global("pickle", "loads"), [(byte)'B', .. BitConverter.GetBytes(file.Length), .. file]))),
        ("bytes in a storage", file => Protocol2(Call(Global("torch.storage", "_load_from_bytes"), [(byte)'B', .. BitConverter.GetBytes(file.Length), .. file]))),
        ("text in a pickle", file => Protocol2(Str(System.Text.Encoding.Latin1.GetString(file)))),
    ];

    /// <summary>Places of pickles, which their readers load by place.</summary>
    internal static IReadOnlyList<(string Place, Func<byte[], byte[]> Wrap)> OfPickles { get; } =
    [
        ("data.pkl", pickle => TorchZipBytes.Build(pickle)),
        ("data.pkl, deflated", pickle => TorchZipBytes.Archive([("a/data.pkl", pickle), ("a/version", "3\n"u8.ToArray())], CompressionLevel.Optimal)),
        ("constants.pkl", pickle => new RawZip([.. ScriptArchive.Records, new("net/extra.pkl", pickle)]).Build()),
        ("magic number", pickle => [.. pickle, .. LegacyBytes.SmallFile[LegacyBytes.Magic.Length..]]),
        ("protocol", pickle => [.. LegacyBytes.Magic, .. pickle, .. _harmless, .. _harmless]),
        ("machine", pickle => [.. LegacyBytes.Magic, .. Protocol2(Int(1001)), .. pickle, .. _harmless]),
        ("object", pickle => [.. LegacyBytes.Head(), .. pickle, .. LegacyBytes.Keys()]),
        ("keys", pickle => [.. LegacyBytes.Head(), .. _harmless, .. pickle]),
        ("pickle", pickle => Tar(pickle: pickle)),
        ("storages", pickle => Tar(storages: pickle)),
        ("tensors", pickle => Tar(tensors: pickle)),
        ("sys_info", pickle => Tar(machine: pickle)),
        ("elements of an array", Npy),
        ("elements of an array in an archive", pickle => TorchZipBytes.Archive([("arr_0.npy", Npy(pickle))])),
    ];

    private static byte[] Tar(byte[]? pickle = null, byte[]? storages = null, byte[]? tensors = null, byte[]? machine = null) =>
        TarBytes.Tar(("sys_info", machine ?? Protocol2(None)), ("pickle", pickle ?? Protocol2(None)), ("tensors", tensors ?? TarBytes.Tensors), ("storages", storages ?? TarBytes.Storages));

    private static byte[] Npy(byte[] pickle)
    {
        var header = "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }".PadRight(117) + "\n";
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. System.Text.Encoding.ASCII.GetBytes(header), .. pickle];
    }

    private static byte[] Zip(byte[] file, string name, CompressionLevel level) =>
        TorchZipBytes.Archive([("archive/data.pkl", _harmless), ($"archive/{name}", file), ("archive/version", "3\n"u8.ToArray())], level);

    private static byte[] Compress(byte[] file, Func<Stream, Stream> open)
    {
        var packed = new MemoryStream();
        using (var stream = open(packed))
        {
            stream.Write(file);
        }

        return packed.ToArray();
    }
}
