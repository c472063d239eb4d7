using Torchkeep.Pickle;

namespace Torchkeep.Formats.BarePickle;

/// <summary>A pickle that no container is around, of protocol 2 and up: it says so in its first bytes.</summary>
internal sealed class BarePickleFormat : IFormat
{
    private const byte FirstProtocol = 2;
    private const byte LastProtocol = 5;

    public CheckpointFormat Format => CheckpointFormat.Pickle;

    public bool Matches(ReadOnlySpan<byte> head) =>
        head.Length > 1 && head[0] == (byte)PickleOpcode.Proto && head[1] is >= FirstProtocol and <= LastProtocol && !ForeignFile.IsKnown(head);

    public async ValueTask<CheckpointContents> OpenAsync(ByteSource source, ReadOptions options, bool async, CancellationToken cancellationToken)
    {
        try
        {
            return await BarePickleReader.OpenAsync(source, options, async, cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidCheckpointException)
        {
            // What announces bytes between the opcodes is an error to a reader that takes none.
            if (await JoblibReader.TryOpenAsync(source, options, async, cancellationToken).ConfigureAwait(false) is { } contents)
            {
                return contents;
            }

            throw;
        }
    }
}
