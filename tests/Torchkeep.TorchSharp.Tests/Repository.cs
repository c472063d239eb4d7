using System.Reflection;

namespace Torchkeep.TorchSharp.Tests;

/// <summary>Where the checkout is.</summary>
internal static class Repository
{
    private static readonly string _root = typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "RepositoryRoot").Value!;

    /// <summary>A folder that a training program left.</summary>
    internal static string Folder(string name) => Path.Combine(_root, "tests", "fixtures", "folders", name);

    /// <summary>A file that PyTorch wrote.</summary>
    internal static string Fixture(string version, string name) => Path.Combine(_root, "tests", "fixtures", $"pytorch-{version}", name);
}
