namespace Torchkeep;

/// <summary>What one thread of <see cref="Workers"/> does, and what it ends when there is no more.</summary>
internal interface IWorker<in T> : IDisposable
{
    /// <summary>Does one part.</summary>
    void Do(T part);
}
