namespace Torchkeep;

/// <summary>Tells how far a load has come, and stops it when that is wanted; from several threads at once.</summary>
internal sealed class LoadWatch(IProgress<LoadProgress>? progress, CancellationToken cancellationToken)
{
    private readonly Lock _order = new();
    private long _read;
    private long _total;

    /// <summary>Whether nobody looks and nobody can stop it.</summary>
    internal bool IsIdle => progress is null && !cancellationToken.CanBeCanceled;

    internal void Start(long totalBytes)
    {
        _total = totalBytes;
        progress?.Report(new(0, totalBytes));
    }

    internal void Add(long bytes)
    {
        lock (_order)
        {
            _read += bytes;
            progress?.Report(new(_read, _total));
        }
    }

    internal void ThrowIfStopped() => cancellationToken.ThrowIfCancellationRequested();

    /// <summary>The same once elements of the module have changed.</summary>
    internal void ThrowIfStoppedHalfway()
    {
        if (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException("the load was stopped while tensors were copied: the module has new values in some of them and old ones in the others", cancellationToken);
        }
    }
}
