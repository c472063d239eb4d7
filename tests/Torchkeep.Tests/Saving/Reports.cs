namespace Torchkeep.Tests.Saving;

/// <summary>Progress on the reporting thread; the framework's own posts it elsewhere.</summary>
internal sealed class Reports(Action<SaveProgress> report) : IProgress<SaveProgress>
{
    public void Report(SaveProgress value) => report(value);
}
