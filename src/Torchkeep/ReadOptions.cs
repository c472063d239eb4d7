namespace Torchkeep;

/// <summary>How a checkpoint is opened. Nothing here can make reading run code: there is no such mode.</summary>
public sealed record ReadOptions
{
    /// <summary>The options used when none are given.</summary>
    public static ReadOptions Default { get; } = new();

    /// <summary>
    /// Whether the CRC-32 that the archive holds for a record is checked when its bytes are first read. Default: true.
    /// A storage that is first read in part is then read once in full for the check, without keeping it. A stored
    /// CRC of 0 means that the writer computed none (<c>torch.serialization.set_crc32_options(False)</c>) and is never
    /// checked. PyTorch itself checks none.
    /// </summary>
    public bool VerifyChecksums { get; init; } = true;

    /// <summary>
    /// Whether a file that is opened by its path is mapped into memory, so that its bytes are used where the system keeps
    /// them and nothing is read before it is touched (<see cref="TensorView.TryGetSpan"/>,
    /// <see cref="ByteSource.TryMap"/>). Default: false. What is used in place is not checked against its CRC-32 unless
    /// <see cref="TensorView.Verify"/> is called or a span is asked for with <see cref="VerifyChecksums"/> set. A file
    /// that is cut short while it is mapped, or a disk that fails, ends the process by a signal where reading would be an
    /// exception; one that is replaced, as saving does, stays what it was.
    /// </summary>
    public bool MemoryMap { get; init; }

    /// <summary>
    /// Whether a file of a sharded checkpoint may hold no tensor but those that the index says are in it. Default: true.
    /// With false such a tensor is left out.
    /// </summary>
    public bool StrictIndex { get; init; } = true;

    /// <summary>
    /// What a <c>str</c> of Python 2 becomes: the <c>encoding</c> of <c>torch.load</c>. Default:
    /// <see cref="Python2Text.Utf8OrBytes"/>.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is no member of the enum.</exception>
    public Python2Text Python2Text
    {
        get;
        init => field = Enum.IsDefined(value) ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "there is no such way to read a str of Python 2");
    }

    /// <summary>What the file may ask for at most.</summary>
    public ReadLimits Limits
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            field = value;
        }
    } = ReadLimits.Default;

    /// <summary>What the file has asked for, where more than one part of it is read.</summary>
    internal FileBudget? Budget { get; init; }

    /// <summary>Shown the bytes of each pickle of a sequence before it is run.</summary>
    internal PickleObserver? PickleObserver { get; init; }

    /// <summary>The same options for a file that is opened now.</summary>
    internal ReadOptions WithBudget(long length) => Budget is null ? this with { Budget = new(Limits, length) } : this;
}
