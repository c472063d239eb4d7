using System.Reflection;

namespace Torchkeep.Interop.Tests;

/// <summary>Where things lie in the checkout.</summary>
internal static class Repository
{
    internal static string Root { get; } = typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "RepositoryRoot").Value!;

    internal static string Fixtures { get; } = Path.Combine(Root, "tests", "fixtures");

    /// <summary>Real checkpoints with the answer for each, which are not in the repository.</summary>
    internal static string Corpus { get; } =
        Environment.GetEnvironmentVariable("TORCHKEEP_CORPUS") ?? Path.GetFullPath(Path.Combine(Root, "..", "shared", "corpus"));
}
