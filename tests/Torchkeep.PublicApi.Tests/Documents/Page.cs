using Markdig;
using Markdig.Extensions.AutoIdentifiers;
using Markdig.Extensions.Tables;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace PublicApi.Tests.Documents;

/// <summary>A Markdown file, as GitHub reads it.</summary>
internal sealed class Page
{
    private static readonly MarkdownPipeline _pipeline = new MarkdownPipelineBuilder()
        .UsePipeTables()
        .UseAutoIdentifiers(AutoIdentifierOptions.GitHub)
        .Build();

    private readonly string _path;
    private readonly string _text;
    private readonly MarkdownDocument _document;

    private Page(string path)
    {
        _path = path;
        _text = File.ReadAllText(path).ReplaceLineEndings("\n");
        _document = Markdown.Parse(_text, _pipeline);
        Blocks = [.. _document.Descendants<FencedCodeBlock>().Select(block => new CodeBlock(block.Info ?? "", MarkerOf(block), block.Lines.ToString(), block.Line + 1))];
    }

    internal IReadOnlyList<CodeBlock> Blocks { get; }

    /// <summary>The targets of links and pictures.</summary>
    internal IEnumerable<string> Links => _document.Descendants<LinkInline>().Select(link => link.Url ?? "");

    /// <summary>The names that a link can have behind <c>#</c>.</summary>
    internal IEnumerable<string> Anchors => _document.Descendants<HeadingBlock>().Select(heading => heading.GetAttributes().Id!);

    /// <summary>The rows of all tables, without those of the headings, each cell as it is written.</summary>
    internal IEnumerable<string[]> TableRows => _document.Descendants<TableRow>().Where(row => !row.IsHeader)
        .Select(row => row.Select(cell => _text.Substring(cell.Span.Start, cell.Span.Length).Trim(' ', '|')).ToArray());

    internal static Page Read(string page) => new(Repository.PathOf(page));

    /// <summary>Puts other texts into blocks, if TORCHKEEP_UPDATE_GOLDENS=1 asks for it.</summary>
    /// <param name="texts">The wanted text of each block that has one.</param>
    internal void Update(IReadOnlyDictionary<CodeBlock, string> texts)
    {
        if (Environment.GetEnvironmentVariable("TORCHKEEP_UPDATE_GOLDENS") != "1")
        {
            return;
        }

        var lines = _text.Split('\n').ToList();
        foreach (var (block, text) in texts.OrderByDescending(entry => entry.Key.Line))
        {
            lines.RemoveRange(block.Line, block.Text.Length == 0 ? 0 : block.Text.Split('\n').Length);
            lines.InsertRange(block.Line, text.Split('\n'));
        }

        File.WriteAllText(_path, string.Join('\n', lines));
    }

    private static string MarkerOf(FencedCodeBlock block)
    {
        var place = block.Parent!.IndexOf(block);
        return place > 0 && block.Parent[place - 1] is HtmlBlock { Type: HtmlBlockType.Comment } comment && comment.Line + comment.Lines.Count == block.Line
            ? comment.Lines.ToString().Replace("<!--", "", StringComparison.Ordinal).Replace("-->", "", StringComparison.Ordinal).Trim()
            : "";
    }
}
