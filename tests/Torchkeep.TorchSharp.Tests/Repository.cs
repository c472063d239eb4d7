using System.Reflection;

namespace Torchkeep.TorchSharp.Tests;

/// <summary>Where the checkout is.</summary>
internal static class Repository
{
    internal static readonly string Root = typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "RepositoryRoot").Value!;

    /// <summary>A file that PyTorch wrote.</summary>
    internal static string Fixture(string version, string name) => Path.Combine(Root, "tests", "fixtures", $"pytorch-{version}", name);
}
