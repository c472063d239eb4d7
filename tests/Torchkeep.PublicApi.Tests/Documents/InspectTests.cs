using System.Diagnostics;
using PublicApi.Tests.Snippets;

namespace PublicApi.Tests.Documents;

/// <summary>
/// What a page shows of <c>torchkeep inspect</c> is what it writes: the comment <c>inspect FILE</c> before a block says of
/// which file. TORCHKEEP_UPDATE_GOLDENS=1 writes the blocks anew. The examples of docs/cli.md have their own test.
/// </summary>
public sealed class InspectTests
{
    private const string Marker = "inspect ";

    // Files that snippets save, in their current directory.
    private static readonly Dictionary<string, Func<Sandbox>> _files = new()
    {
        ["run.pt"] = () =>
        {
            var snippet = new AnythingElse();
            snippet.ACheckpointOfARunIsSavedAndLoaded();
            return snippet;
        },
    };

    public static TheoryData<string> Pages => [.. Repository.Pages().Where(page => page != "docs/cli.md")];

    [Theory, MemberData(nameof(Pages))]
    public void EveryListingIsWhatTheCommandWrites(string path)
    {
        var page = Page.Read(path);
        Assert.All(page.Blocks, block => Assert.True(
            block.Marker.StartsWith(Marker, StringComparison.Ordinal) || !block.Text.Contains(": PyTorch zip archive, ", StringComparison.Ordinal),
            $"{path}, line {block.Line}: there is no <!-- {Marker}FILE --> before the block"));
        var expected = page.Blocks.Where(IsListing).ToDictionary(block => block, block => Inspect(block.Marker[Marker.Length..]));
        page.Update(expected);

        foreach (var block in Page.Read(path).Blocks.Where(IsListing))
        {
            Assert.Equal(Inspect(block.Marker[Marker.Length..]), block.Text);
        }
    }

    private static bool IsListing(CodeBlock block) => block.Marker.StartsWith(Marker, StringComparison.Ordinal);

    private static string Inspect(string file)
    {
        using var saved = _files[file]();
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Torchkeep.Cli.dll"), "inspect", file]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output.ReplaceLineEndings("\n").TrimEnd('\n');
    }
}
