using Torchkeep.Pickle;

namespace Torchkeep.Formats.TorchLegacy;

/// <summary>
/// How a file of the stream format starts: a pickle of its magic number (torch/serialization.py, MAGIC_NUMBER), which each
/// pickle protocol writes in a way of its own.
/// </summary>
internal static class LegacySignature
{
    // Protocol 2 and up say so before it; 4 and 5 open with a frame then.
    private const int ProtocolLength = 2;
    private const int FrameLength = 1 + sizeof(ulong);

    // Pickle's LONG1, the ten bytes of 0x1950a86a20f9469cfc6c, STOP.
    private static readonly byte[] _binary = [0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, (byte)'.'];

    // Protocol 0 and 1: pickle's LONG.
    private static readonly byte[] _decimal = [.. "L119547037146038801333356L\n."u8];

    /// <summary>Whether it is such a file's start: nothing else stands before the number, as another pickle would.</summary>
    internal static bool Matches(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith(_decimal))
        {
            return true;
        }

        var number = head is [(byte)PickleOpcode.Proto, _, ..] ? head[ProtocolLength..] : head;
        return (number is [(byte)PickleOpcode.Frame, ..] && number.Length > FrameLength ? number[FrameLength..] : number).StartsWith(_binary);
    }
}
