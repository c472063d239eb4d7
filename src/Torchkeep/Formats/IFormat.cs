namespace Torchkeep.Formats;

/// <summary>One container kind.</summary>
internal interface IFormat
{
    CheckpointFormat Format { get; }

    /// <summary>Whether a file that starts like this is of the kind.</summary>
    bool Matches(ReadOnlySpan<byte> head);

    /// <summary>Reads directory and pickle, and no byte of a tensor.</summary>
    ValueTask<CheckpointContents> OpenAsync(ByteSource source, ReadOptions options, bool async, CancellationToken cancellationToken);
}
