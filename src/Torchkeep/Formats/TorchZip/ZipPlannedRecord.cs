namespace Torchkeep.Formats.TorchZip;

/// <summary>A record whose place in the file is known before it is written.</summary>
/// <param name="Name">In UTF-8.</param>
/// <param name="Header">What stands before its bytes.</param>
/// <param name="Payload">Its bytes.</param>
/// <param name="Offset">Where the header starts.</param>
/// <param name="TensorName">What messages call it.</param>
internal sealed record ZipPlannedRecord(byte[] Name, byte[] Header, ByteSource Payload, long Offset, string? TensorName)
{
    /// <summary>Of its bytes, when it is written.</summary>
    internal uint Crc { get; set; }

    internal long Size => Payload.Length;

    internal long PayloadOffset => Offset + Header.Length;
}
