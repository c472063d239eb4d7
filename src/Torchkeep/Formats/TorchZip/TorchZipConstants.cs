namespace Torchkeep.Formats.TorchZip;

/// <summary>Names and numbers of PyTorch's archive (caffe2/serialize/inline_container.cc and .h, torch/serialization.py).</summary>
internal static class TorchZipConstants
{
    internal const string PickleRecord = "data.pkl";
    internal const string FormatVersionRecord = ".format_version";
    internal const string AlignmentRecord = ".storage_alignment";
    internal const string ByteOrderRecord = "byteorder";
    internal const string DataFolder = "data/";
    internal const string VersionRecord = "version";
    internal const string VersionRecordAlternative = ".data/version";
    internal const string SerializationIdRecord = ".data/serialization_id";

    internal const string FormatVersion = "1";
    internal const string ByteOrderLittle = "little";
    internal const string ByteOrderBig = "big";

    /// <summary>kProducedFileFormatVersion; torch.save has written 3 since 1.6.</summary>
    internal const string Version = "3\n";

    /// <summary>kMinSupportedFileFormatVersion.</summary>
    internal const ulong MinVersion = 1;

    /// <summary>kMaxSupportedFileFormatVersion.</summary>
    internal const ulong MaxVersion = 10;

    /// <summary>Top folder where the file's name gives none.</summary>
    internal const string DefaultArchiveName = "archive";
}
