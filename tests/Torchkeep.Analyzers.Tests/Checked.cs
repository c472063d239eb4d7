using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Simplification;
using Microsoft.CodeAnalysis.Text;

namespace Torchkeep.Analyzers.Tests;

/// <summary>A program that the analyzers have looked at, and what their fixes make of it.</summary>
internal sealed class Checked
{
    private static readonly ImmutableArray<DiagnosticAnalyzer> _analyzers = [new LookAlikeAnalyzer(), new OpenCheckpointAnalyzer(), new ModeAnalyzer()];

    private static readonly CodeFixProvider[] _fixes = [new LookAlikeFixes(), new OpenCheckpointFixes(), new ModeFixes()];

    private static readonly MetadataReference[] _references =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path))];

    private Checked(Document document, string source, ImmutableArray<Diagnostic> errors, ImmutableArray<Diagnostic> findings)
    {
        Document = document;
        Source = source;
        Errors = errors;
        Findings = findings;
    }

    internal string Source { get; }

    /// <summary>The compiler's errors.</summary>
    internal ImmutableArray<Diagnostic> Errors { get; }

    /// <summary>What the analyzers say, in the order of the source.</summary>
    internal ImmutableArray<Diagnostic> Findings { get; }

    private Document Document { get; }

    /// <summary>The identifiers of the findings.</summary>
    internal string Ids => string.Join(' ', Findings.Select(finding => finding.Id));

    internal static Task<Checked> Program(string source, LanguageVersion language = LanguageVersion.CSharp14, bool withTorchkeep = true)
    {
        using var workspace = new AdhocWorkspace();
        var project = workspace.CurrentSolution.AddProject("Consumer", "Consumer", LanguageNames.CSharp)
            .WithMetadataReferences(withTorchkeep ? _references : _references.Where(reference => !Path.GetFileName(reference.Display!).StartsWith("Torchkeep", StringComparison.Ordinal)))
            .WithParseOptions(new CSharpParseOptions(language))
            .WithCompilationOptions(new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
        return Of(project.AddDocument("Program.cs", SourceText.From(source)));
    }

    /// <summary>The program after a fix of its first finding: the first that is offered, or that with this title.</summary>
    internal async Task<Checked> Fixed(string id, string? title = null)
    {
        var actions = await Actions(id);
        Assert.NotEmpty(actions);
        var action = title is null ? actions[0] : actions.Single(offered => offered.Title == title);
        var operation = (await action.GetOperationsAsync(CancellationToken.None)).OfType<ApplyChangesOperation>().Single();
        var document = operation.ChangedSolution.GetDocument(Document.Id)!;
        return await Of(await Simplifier.ReduceAsync(document));
    }

    internal async Task<List<CodeAction>> Actions(string id)
    {
        var finding = Findings.First(found => found.Id == id);
        List<CodeAction> actions = [];
        var context = new CodeFixContext(Document, finding, (action, _) => actions.Add(action), CancellationToken.None);
        foreach (var fix in _fixes.Where(fix => fix.FixableDiagnosticIds.Contains(id)))
        {
            await fix.RegisterCodeFixesAsync(context);
        }

        return actions;
    }

    private static async Task<Checked> Of(Document document)
    {
        var compilation = (await document.Project.GetCompilationAsync())!;
        var findings = await compilation.WithAnalyzers(_analyzers).GetAnalyzerDiagnosticsAsync();
        Assert.DoesNotContain(findings, finding => finding.Id.StartsWith("AD", StringComparison.Ordinal));
        return new(
            document,
            (await document.GetTextAsync()).ToString(),
            [.. compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)],
            [.. findings.OrderBy(finding => finding.Location.SourceSpan.Start)]);
    }
}
