using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace PublicApi.Tests.Documents;

/// <summary>The regions of the files under <c>Snippets</c>, which pages show.</summary>
internal static class Regions
{
    /// <summary>The text of each region by its name, without the indentation that all its lines share.</summary>
    internal static IReadOnlyDictionary<string, string> Texts { get; } = All().ToDictionary(region => region.Name, region => region.Text);

    /// <summary>Regions of statements that no test runs.</summary>
    internal static IEnumerable<string> NotRun => All().Where(region => !region.IsRun).Select(region => region.Name);

    private static IEnumerable<(string Name, string Text, bool IsRun)> All() =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests", "Torchkeep.PublicApi.Tests", "Snippets"), "*.cs").SelectMany(Read);

    private static IEnumerable<(string Name, string Text, bool IsRun)> Read(string path)
    {
        var text = SourceText.From(File.ReadAllText(path).ReplaceLineEndings("\n"));
        var root = CSharpSyntaxTree.ParseText(text).GetRoot();
        foreach (var start in root.DescendantNodes(descendIntoTrivia: true).OfType<RegionDirectiveTriviaSyntax>())
        {
            var end = start.GetRelatedDirectives()[^1];
            var span = TextSpan.FromBounds(start.FullSpan.End, text.Lines.GetLineFromPosition(end.SpanStart).Start);
            yield return (start.EndOfDirectiveToken.ToFullString().Trim(), Dedent(text.ToString(span)), IsRun(root, span));
        }
    }

    // Usings and types are run by whoever needs them; the statements of a method by xunit.
    private static bool IsRun(SyntaxNode root, TextSpan span)
    {
        var method = root.DescendantNodes().OfType<MethodDeclarationSyntax>().FirstOrDefault(method => method.Body is { } body && body.Span.Contains(span));
        return method is null || method.AttributeLists.SelectMany(list => list.Attributes).Any(attribute => attribute.Name.ToString() is "Fact" or "Theory");
    }

    private static string Dedent(string text)
    {
        var lines = text.TrimEnd().Split('\n');
        var indentation = lines.Where(line => line.Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return string.Join('\n', lines.Select(line => line.Length == 0 ? line : line[indentation..]));
    }
}
