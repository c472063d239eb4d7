namespace Torchkeep.Interop.Tests;

/// <summary>Compares descriptions; the first line that differs tells most.</summary>
internal static class Same
{
    internal static void Lines(IReadOnlyList<string> expected, IReadOnlyList<string> actual)
    {
        foreach (var (left, right) in expected.Zip(actual))
        {
            Assert.Equal(left, right);
        }

        Assert.Equal(expected.Count, actual.Count);
    }
}
