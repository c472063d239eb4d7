namespace Torchkeep.Formats.TorchSharpDat;

/// <summary>The state_dict that TorchSharp's own <c>module.save</c> and <c>save_state_dict</c> write, and its exportsd.py.</summary>
internal sealed class TorchSharpDatFormat : IFormat
{
    public CheckpointFormat Format => CheckpointFormat.TorchSharp;

    /// <summary>There is no signature: the first entry must be one, with a name of plain text.</summary>
    public bool Matches(ReadOnlySpan<byte> head)
    {
        var cursor = new DatCursor(head);
        return cursor.TryTakeNumber(out var count) && count > 0 && cursor.TryTakeEntry(out var entry) && entry.Name.Length > 0 && !entry.Name.Any(char.IsControl);
    }

    public ValueTask<CheckpointContents> OpenAsync(ByteSource source, ReadOptions options, bool async, CancellationToken cancellationToken) =>
        TorchSharpDatReader.OpenAsync(source, options, async, cancellationToken);
}
