namespace PublicApi.Tests.Documents;

/// <summary>
/// Code on a page is a region of a file that is compiled and run: the comment <c>snippet: NAMES</c> before a block says of which.
/// A whole program is a file that <c>eng/test-packages</c> runs: <c>program: FILE</c>.
/// TORCHKEEP_UPDATE_GOLDENS=1 writes the blocks anew.
/// </summary>
public sealed class SnippetTests
{
    private const string Marker = "snippet: ";
    private const string ProgramMarker = "program: ";

    public static TheoryData<string> Pages => [.. Repository.Pages()];

    [Theory, MemberData(nameof(Pages))]
    public void EveryBlockOfCSharpIsASnippet(string path)
    {
        var page = Page.Read(path);
        var expected = page.Blocks.Where(IsCSharp).ToDictionary(block => block, block => TextOf(block, path));
        page.Update(expected);

        foreach (var block in Page.Read(path).Blocks.Where(IsCSharp))
        {
            Assert.Equal(TextOf(block, path), block.Text);
        }
    }

    [Fact]
    public void EverySnippetIsRunByATest() => Assert.Empty(Regions.NotRun);

    [Fact]
    public void EverySnippetIsOnAPage()
    {
        var shown = Repository.Pages().SelectMany(path => Page.Read(path).Blocks).Where(block => IsCSharp(block) && block.Marker.StartsWith(Marker, StringComparison.Ordinal)).SelectMany(NamesOf);
        Assert.Empty(Regions.Texts.Keys.Except(shown));
    }

    private static bool IsCSharp(CodeBlock block) => block.Language.ToUpperInvariant() is "CSHARP" or "CS" or "C#";

    private static string TextOf(CodeBlock block, string page)
    {
        if (block.Marker.StartsWith(ProgramMarker, StringComparison.Ordinal))
        {
            return File.ReadAllText(Repository.PathOf(Path.Combine("tests/Packages", block.Marker[ProgramMarker.Length..]))).ReplaceLineEndings("\n").TrimEnd();
        }

        Assert.True(block.Marker.StartsWith(Marker, StringComparison.Ordinal), $"{page}, line {block.Line}: there is no <!-- {Marker}NAME --> before the block");
        return string.Join("\n\n", NamesOf(block).Select(name =>
            Regions.Texts.TryGetValue(name, out var text) ? text : throw new KeyNotFoundException($"{page}, line {block.Line}: there is no region '{name}'")));
    }

    private static string[] NamesOf(CodeBlock block) => block.Marker[Math.Min(Marker.Length, block.Marker.Length)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
