using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace Torchkeep.Analyzers;

/// <summary>Writes Torchkeep's call in the place of TorchSharp's.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp), Shared]
public sealed class LookAlikeFixes : CodeFixProvider
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } =
        [Rules.Load.Id, Rules.Save.Id, Rules.ModuleLoad.Id, Rules.ModuleSave.Id, Rules.LoadStateDict.Id, Rules.StateDict.Id, Rules.OptimizerFile.Id];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        var model = await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false);
        if (root?.FindNode(context.Span, getInnermostNodeForTie: true) is not InvocationExpressionSyntax syntax || model?.GetOperation(syntax, context.CancellationToken) is not IInvocationOperation call)
        {
            return;
        }

        var rewriter = new LookAlikeRewriter(call, syntax, model.SyntaxTree.Options);
        foreach (var diagnostic in context.Diagnostics)
        {
            foreach (var replacement in rewriter.ReplacementsFor(diagnostic.Id))
            {
                context.RegisterCodeFix(
                    CodeAction.Create(
                        $"Write {replacement.NormalizeWhitespace()}",
                        cancellation => FixedDocument.Replace(context.Document, syntax, replacement, cancellation),
                        equivalenceKey: diagnostic.Id + (replacement.ToString().EndsWith(".tensor()", StringComparison.Ordinal) ? ".tensor" : "")),
                    diagnostic);
            }
        }
    }
}
