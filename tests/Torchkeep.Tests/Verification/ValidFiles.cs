using System.IO.Compression;
using Torchkeep.Tests.Formats.Safetensors;
using Torchkeep.Tests.Formats.TorchExport;
using Torchkeep.Tests.Formats.TorchLegacy;
using Torchkeep.Tests.Formats.TorchScript;
using Torchkeep.Tests.Formats.TorchTar;
using Torchkeep.Tests.Formats.TorchZip;

namespace Torchkeep.Tests.Verification;

/// <summary>Small whole files of every kind that is read, to damage and to mutate.</summary>
internal static class ValidFiles
{
    private static readonly string[] _fixtures =
    [
        "pytorch-2.14/bare_tensor.pt", "pytorch-2.14/every_dtype.pt", "pytorch-2.14/quantized.pt", "pytorch-2.14/shared.pt", "pytorch-2.14/sparse.pt",
        "pytorch-2.14/state_dict.pt", "pytorch-2.14/training_state.pt", "pytorch-2.14/whole_module.pt", "pytorch-2.14/plain.pt", "pytorch-2.14/cyclic.pt",
        "pytorch-2.14/conjugated.pt", "pytorch-1.13/every_dtype.pt", "pytorch-1.13/state_dict.pt", "saving/checkpoint.pt", "saving/views.pt",
    ];

    /// <summary>Files whose every byte that matters has a checksum.</summary>
    internal static IReadOnlyList<(string Name, byte[] Bytes)> Checked { get; } =
    [
        .. _fixtures.Select(name => (name, File.ReadAllBytes(Path.Combine(Repository.Root, "tests", "fixtures", name)))),
        ("big-endian zip", BigEndian),
        ("re-zipped, deflated", Rezip(File.ReadAllBytes(Path.Combine(Repository.Root, "tests", "fixtures", "saving", "checkpoint.pt")), CompressionLevel.Optimal)),
        ("TorchScript", Rezip(new RawZip(ScriptArchive.Records).Build(), CompressionLevel.Optimal)),
        ("torch.export", Rezip(TorchExportReaderTests.Small, CompressionLevel.NoCompression)),
        ("two zips in one stream", [.. CheckpointSequenceTests.One('z', 0), .. CheckpointSequenceTests.One('z', 1)]),
    ];

    /// <summary>Files of kinds without checksums.</summary>
    internal static IReadOnlyList<(string Name, byte[] Bytes)> Unchecked { get; } =
    [
        ("stream", LegacyBytes.SmallFile),
        ("stream of types", LegacyBytes.File(
            PickleBytes.Dict((PickleBytes.Str("a"), PickleBytes.TensorV2(LegacyBytes.Stored("LongStorage", "7", 3), 0, [3], [1])), (PickleBytes.Str("lr"), PickleBytes.Float(0.1))),
            ("7", 3, new byte[24]))),
        ("tar", TarBytes.SmallFile),
        ("pickle", CheckpointSequenceTests.PickledTensor),
        ("pickles and streams in one stream", [.. CheckpointSequenceTests.One('p', 0), .. CheckpointSequenceTests.One('l', 1), .. CheckpointSequenceTests.One('p', 2)]),
        ("safetensors", SafetensorsBytes.Small),
    ];

    private static byte[] BigEndian => TorchZipBytes.BuildBigEndian(
        PickleBytes.Protocol2(PickleBytes.TensorV2(PickleBytes.Storage("FloatStorage", "0", 2), 0, [2], [1])), ("0", [0x3f, 0x80, 0, 0, 0x40, 0, 0, 0]));

    private static byte[] Rezip(byte[] file, CompressionLevel compression)
    {
        using var archive = new ZipArchive(new MemoryStream(file));
        return TorchZipBytes.Archive(
            archive.Entries.Select(entry =>
            {
                using var stream = entry.Open();
                var bytes = new MemoryStream();
                stream.CopyTo(bytes);
                return (entry.FullName, bytes.ToArray());
            }).ToList(),
            compression);
    }
}
