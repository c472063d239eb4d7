namespace Torchkeep.Formats.TorchTar;

/// <summary>
/// The checksum that each header of a tar file has (POSIX pax, "ustar Interchange Format"). The framework's reader does
/// not compare it. It covers names and sizes, and none of a member's bytes.
/// </summary>
internal static class TarCheck
{
    internal static void Run(ContainerCheck check)
    {
        check.ReadAll();
        var block = new byte[TarHeader.BlockSize];
        for (long at = 0; at <= check.Source.Length - TarHeader.BlockSize;)
        {
            check.CancellationToken.ThrowIfCancellationRequested();
            check.Source.Read(at, block);
            if (!block.AsSpan().ContainsAnyExcept((byte)0))
            {
                return;
            }

            if (!TarHeader.HasChecksum(block))
            {
                check.Add("the checksum of a member's header is wrong", record: null, at);
                return;
            }

            if (new TarHeader(block).Size is not { } size || size < 0 || size > check.Source.Length - at)
            {
                return;
            }

            at += TarHeader.BlockSize + TarHeader.RoundUp(size);
        }
    }
}
