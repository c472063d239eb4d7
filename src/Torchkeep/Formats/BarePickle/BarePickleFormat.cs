using Torchkeep.Formats.TorchLegacy;
using Torchkeep.Pickle;

namespace Torchkeep.Formats.BarePickle;

/// <summary>A pickle that no container is around, of protocol 2 and up: it says so in its first bytes.</summary>
internal sealed class BarePickleFormat : IFormat
{
    private const byte FirstProtocol = 2;
    private const byte LastProtocol = 5;

    public CheckpointFormat Format => CheckpointFormat.Pickle;

    public bool Matches(ReadOnlySpan<byte> head) =>
        head.Length > 1 && head[0] == (byte)PickleOpcode.Proto && head[1] is >= FirstProtocol and <= LastProtocol && !LegacySignature.IsCutOff(head);

    public ValueTask<CheckpointContents> OpenAsync(ByteSource source, ReadOptions options, bool async, CancellationToken cancellationToken) =>
        BarePickleReader.OpenAsync(source, options, async, cancellationToken);
}
