using System.Reflection;

namespace Torchkeep.TorchSharp.Tests;

/// <summary>Where the checkout is.</summary>
internal static class Repository
{
    private static readonly string _root = typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "RepositoryRoot").Value!;

    /// <summary>A file of a public report; it lies beside the repository, or the test is skipped.</summary>
    internal static string Report(string name)
    {
        var path = Path.Combine(_root, "..", "shared", "reports", name);
        Assert.SkipUnless(File.Exists(path), $"there is no {path}");
        return path;
    }

    /// <summary>A file that PyTorch wrote.</summary>
    internal static string Fixture(string version, string name) => Path.Combine(_root, "tests", "fixtures", $"pytorch-{version}", name);
}
