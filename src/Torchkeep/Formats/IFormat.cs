namespace Torchkeep.Formats;

/// <summary>One container kind.</summary>
internal interface IFormat
{
    CheckpointFormat Format { get; }

    /// <summary>Whether a file that starts like this is of the kind.</summary>
    bool Matches(ReadOnlySpan<byte> head);

    /// <summary>How many of the bytes a checkpoint of the kind takes, where that must be known before it is opened.</summary>
    ValueTask<long> FindLengthAsync(ByteSource source, ReadLimits limits, bool async, CancellationToken cancellationToken) => new(source.Length);

    /// <summary>Reads directory and pickle, and no byte of a tensor.</summary>
    ValueTask<CheckpointContents> OpenAsync(ByteSource source, ReadOptions options, bool async, CancellationToken cancellationToken);

    /// <summary>
    /// Reads every byte and checks what can be checked without knowing what is saved. A kind without checksums needs no
    /// more than this.
    /// </summary>
    void Check(ContainerCheck check) => check.ReadAll();
}
