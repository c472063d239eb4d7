namespace PublicApi.Tests.Documents;

/// <summary>
/// Code on a page is a region of a file that is compiled and run: the comment <c>snippet: NAMES</c> before a block says of which.
/// A whole program is a file that <c>eng/test-packages</c> runs: <c>program: FILE</c>. What it prints is the file that its output is
/// compared with: <c>output: FILE</c>. A program of a sample, which the solution compiles, is <c>sample: FILE</c>.
/// TORCHKEEP_UPDATE_GOLDENS=1 writes the blocks anew.
/// </summary>
public sealed class SnippetTests
{
    private const string Marker = "snippet: ";

    // Markers of whole files, and the folder that their names start at.
    private static readonly Dictionary<string, string> _folders = new()
    {
        ["program: "] = "tests/Packages",
        ["output: "] = "tests/Packages",
        ["sample: "] = "samples",
    };

    public static TheoryData<string> Pages => [.. Repository.Pages()];

    [Theory, MemberData(nameof(Pages))]
    public void EveryBlockOfCSharpIsASnippet(string path)
    {
        var page = Page.Read(path);
        var expected = page.Blocks.Where(IsCut).ToDictionary(block => block, block => TextOf(block, path));
        page.Update(expected);

        foreach (var block in Page.Read(path).Blocks.Where(IsCut))
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

    private static bool IsCut(CodeBlock block) => IsCSharp(block) || _folders.Keys.Any(block.Marker.StartsWith);

    private static string TextOf(CodeBlock block, string page)
    {
        if (_folders.Keys.FirstOrDefault(block.Marker.StartsWith) is { } marker)
        {
            return File.ReadAllText(Repository.PathOf(Path.Combine(_folders[marker], block.Marker[marker.Length..]))).ReplaceLineEndings("\n").TrimEnd();
        }

        Assert.True(block.Marker.StartsWith(Marker, StringComparison.Ordinal), $"{page}, line {block.Line}: there is no <!-- {Marker}NAME --> before the block");
        return string.Join("\n\n", NamesOf(block).Select(name =>
            Regions.Texts.TryGetValue(name, out var text) ? text : throw new KeyNotFoundException($"{page}, line {block.Line}: there is no region '{name}'")));
    }

    private static string[] NamesOf(CodeBlock block) => block.Marker[Math.Min(Marker.Length, block.Marker.Length)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
