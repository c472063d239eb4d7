namespace Torchkeep.Interop.Tests;

/// <summary>How tests save.</summary>
internal static class Saving
{
    /// <summary>The files live shorter than the disk would take to hold them.</summary>
    private static readonly WriteOptions _options = new() { FlushToDisk = false };

    internal static void Save(PyValue root, string path) =>
        Checkpoint.Save(root, path, _options, cancellationToken: TestContext.Current.CancellationToken);
}
