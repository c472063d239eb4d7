using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Torchkeep.Analyzers;

/// <summary>Puts eval() after the load.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp), Shared]
public sealed class ModeFixes : CodeFixProvider
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [Rules.Mode.Id];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        var load = root?.FindNode(context.Span, getInnermostNodeForTie: true) as InvocationExpressionSyntax;
        if (load?.Expression is not MemberAccessExpressionSyntax { Expression: var model } || load.FirstAncestorOrSelf<StatementSyntax>() is not { } statement)
        {
            return;
        }

        var end = statement.GetTrailingTrivia().FirstOrDefault(trivia => trivia.IsKind(SyntaxKind.EndOfLineTrivia));
        var eval = SyntaxFactory.ParseStatement($"{model.WithoutTrivia()}.eval();")
            .WithLeadingTrivia(statement.GetLeadingTrivia().Where(trivia => trivia.IsKind(SyntaxKind.WhitespaceTrivia)))
            .WithTrailingTrivia(end == default ? SyntaxFactory.LineFeed : end);
        SyntaxNode? changed = statement.Parent switch
        {
            BlockSyntax => root!.InsertNodesAfter(statement, [eval]),
            GlobalStatementSyntax global => root!.InsertNodesAfter(global, [SyntaxFactory.GlobalStatement(eval)]),
            _ => null,
        };
        if (changed is not null)
        {
            context.RegisterCodeFix(CodeAction.Create($"Call {model.WithoutTrivia()}.eval() after the load", _ => Task.FromResult(context.Document.WithSyntaxRoot(changed)), Rules.Mode.Id), context.Diagnostics);
        }
    }
}
