using System.IO.Compression;
using Torchkeep.Tests.Formats.TorchExport;
using Torchkeep.Tests.Formats.TorchLegacy;
using Torchkeep.Tests.Formats.TorchScript;
using Torchkeep.Tests.Formats.TorchTar;
using Torchkeep.Tests.Formats.TorchZip;
using static Torchkeep.Tests.PickleBytes;

namespace Torchkeep.Tests.Scanning;

/// <summary>A pickle in every place where something would unpickle it.</summary>
internal static class HostileFiles
{
    internal static IEnumerable<(string Place, byte[] File)> With(byte[] pickle)
    {
        var zip = TorchZipBytes.Build(pickle);
        byte[] stream = [.. LegacyBytes.Head(), .. pickle];
        var harmless = Protocol2(Int(1));
        yield return ("zip", zip);
        yield return ("deflated zip", TorchZipBytes.Archive([("a/data.pkl", pickle), ("a/version", "3\n"u8.ToArray())], CompressionLevel.Optimal));
        yield return ("stream", stream);
        yield return ("tar", TarBytes.Tar(("sys_info", Protocol2(None)), ("pickle", pickle), ("tensors", TarBytes.Tensors), ("storages", TarBytes.Storages)));
        yield return ("the machine of a tar", TarBytes.Tar(("sys_info", pickle), ("pickle", Protocol2(None)), ("tensors", TarBytes.Tensors), ("storages", TarBytes.Storages)));
        yield return ("bare", pickle);
        yield return ("the second of several pickles", [.. harmless, .. pickle]);
        yield return ("a zip behind a pickle", [.. harmless, .. zip]);
        yield return ("a stream behind a stream", [.. LegacyBytes.SmallFile, .. stream]);
        yield return ("a pickle behind a zip", [.. TorchZipBytes.Build(harmless), .. pickle]);
        yield return ("a zip before a zip", [.. zip, .. TorchZipBytes.Build(harmless)]);
        yield return ("a zip behind a zip", [.. TorchZipBytes.Build(harmless), .. zip]);
        yield return ("a stream in a pickle", Protocol2(Call(Global("torch.storage", "_load_from_bytes"), Bytes(stream))));
        yield return ("a zip in a pickle", Protocol2(Call(Global("torch.storage", "_load_from_bytes"), Bytes(zip))));
        yield return ("a zip in a text", Protocol2(Str(System.Text.Encoding.Latin1.GetString(zip))));
        yield return ("TorchScript", new RawZip([.. ScriptArchive.Records, new("net/extra.pkl", pickle)]).Build());
        yield return ("a sample of torch.export", TorchExportReaderTests.With(new RawRecord("m/data/sample_inputs/model.pt", zip)));
    }

    private static byte[] Bytes(byte[] value) => [(byte)'B', .. BitConverter.GetBytes(value.Length), .. value];
}
