namespace PublicApi.Tests.Documents;

/// <summary>Links between files of the repository.</summary>
public sealed class LinkTests
{
    public static TheoryData<string> Pages => [.. Repository.Pages()];

    [Theory, MemberData(nameof(Pages))]
    public void EveryRelativeLinkLeadsSomewhere(string path)
    {
        foreach (var link in Page.Read(path).Links.Where(link => !Uri.IsWellFormedUriString(link, UriKind.Absolute)))
        {
            var parts = link.Split('#');
            var target = parts[0].Length == 0 ? path : Path.GetRelativePath(Repository.Root, Path.Combine(Path.GetDirectoryName(Repository.PathOf(path))!, parts[0]));
            Assert.True(Path.Exists(Repository.PathOf(target)), $"{path}: there is no {link}");
            if (parts.Length > 1)
            {
                Assert.Contains(parts[1], Page.Read(target).Anchors);
            }
        }
    }

    // A package's page is shown where there is no repository around it.
    [Theory, InlineData("Torchkeep"), InlineData("Torchkeep.TorchSharp"), InlineData("Torchkeep.Cli")]
    public void ThePageOfAPackageHasNoRelativeLinks(string project) =>
        Assert.All(Page.Read($"src/{project}/PACKAGE.md").Links, link => Assert.True(Uri.IsWellFormedUriString(link, UriKind.Absolute), link));
}
