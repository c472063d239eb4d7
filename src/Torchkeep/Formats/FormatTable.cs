using Torchkeep.Formats.Safetensors;
using Torchkeep.Formats.TorchLegacy;
using Torchkeep.Formats.TorchTar;
using Torchkeep.Formats.TorchZip;

namespace Torchkeep.Formats;

/// <summary>The container kinds, strongest signature first.</summary>
internal static class FormatTable
{
    /// <summary>How many bytes the kinds and the description of foreign files look at.</summary>
    internal const int HeadSize = 512;

    private static readonly IFormat[] _formats = [new SafetensorsFormat(), new TorchZipFormat(), new TorchLegacyFormat(), new TorchTarFormat()];

    internal static IFormat Detect(ReadOnlySpan<byte> head, ByteSource source)
    {
        foreach (var format in _formats)
        {
            if (format.Matches(head))
            {
                return format;
            }
        }

        throw ForeignFile.Describe(head, source);
    }
}
