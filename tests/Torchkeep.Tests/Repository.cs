using System.Reflection;

namespace Torchkeep.Tests;

/// <summary>Where the checkout is.</summary>
internal static class Repository
{
    internal static string Root { get; } = typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "RepositoryRoot").Value!;

    /// <summary>A file under <c>Fixtures</c> of this project.</summary>
    internal static string Fixture(string name) => Path.Combine(Root, "tests", "Torchkeep.Tests", "Fixtures", name);
}
