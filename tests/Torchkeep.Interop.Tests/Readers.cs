using Torchkeep.Interop.Tests.PyTorch;

namespace Torchkeep.Interop.Tests;

/// <summary>How PyTorch reads a file of ours.</summary>
internal static class Readers
{
    /// <summary>
    /// Reads it as a user would, by torch.load with nothing but the path, and mapped where the version can; unless it is
    /// of what PyTorch refuses from itself too.
    /// </summary>
    internal static void Read(Judge judge, string path, IReadOnlyList<string> expected, bool isRefused = false)
    {
        if (isRefused && judge.IsSafeByDefault)
        {
            Assert.StartsWith("UnpicklingError: Weights only load failed", Assert.Throws<JudgeException>(() => judge.Describe(path)).Message, StringComparison.Ordinal);
        }

        Same.Lines(expected, judge.Describe(path, trusted: isRefused));
        if (judge.MapsFiles)
        {
            Same.Lines(expected, judge.Describe(path, mapped: true, trusted: isRefused));
        }
    }
}
