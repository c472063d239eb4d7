using System.Reflection;

namespace PublicApi.Tests.Documents;

/// <summary>The checkout and the Markdown files in it.</summary>
internal static class Repository
{
    private static readonly string[] _notOurs = ["artifacts", "bin", "obj"];

    internal static string Root { get; } = typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "RepositoryRoot").Value!;

    /// <summary>Every Markdown file, by its path from the root, with slashes.</summary>
    internal static IEnumerable<string> Pages() => Directory.EnumerateFiles(Root, "*.md", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
        .Where(path => !path.Split('/').Any(step => step.StartsWith('.') || _notOurs.Contains(step)))
        .Order(StringComparer.Ordinal);

    internal static string PathOf(string page) => Path.Combine(Root, page);
}
