using System.Reflection;

namespace Torchkeep.Analyzers.Tests;

/// <summary>Each rule has its page, where its link leads.</summary>
public sealed class PageTests
{
    private static readonly string _pages = Path.Combine(
        typeof(PageTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "RepositoryRoot").Value!, "docs", "analyzers");

    [Fact]
    public void EveryRuleHasAPageWithItsTitleAndSeverity()
    {
        Assert.All(Rules.All, rule =>
        {
            var lines = File.ReadAllLines(Path.Combine(_pages, rule.Id + ".md"));
            Assert.Equal($"# {rule.Id}: {rule.Title}", lines[0]);
            Assert.Contains($"Severity: {rule.DefaultSeverity}.", string.Join('\n', lines), StringComparison.Ordinal);
            Assert.EndsWith($"/docs/analyzers/{rule.Id}.md", rule.HelpLinkUri, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void EveryPageIsOfARuleAndListed()
    {
        var pages = Directory.EnumerateFiles(_pages, "TK*.md").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal);
        Assert.Equal(Rules.All.Select(rule => rule.Id), pages);
        var list = File.ReadAllText(Path.Combine(_pages, "README.md"));
        Assert.All(Rules.All, rule => Assert.Contains($"| [{rule.Id}]({rule.Id}.md) | {rule.Title} | {rule.DefaultSeverity} |", list, StringComparison.Ordinal));
    }
}
