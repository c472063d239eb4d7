using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace Torchkeep.Analyzers;

/// <summary>Puts "using" before a checkpoint's variable, or gives load_state_dict the path instead of the open file.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp), Shared]
public sealed class OpenCheckpointFixes : CodeFixProvider
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [Rules.NotDisposed.Id, Rules.NotKept.Id];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        var model = await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false);
        var diagnostic = context.Diagnostics[0];
        switch (root?.FindNode(context.Span, getInnermostNodeForTie: true))
        {
            case VariableDeclaratorSyntax { Parent.Parent: LocalDeclarationStatementSyntax statement }:
                var keyword = SyntaxFactory.Token(SyntaxKind.UsingKeyword).WithLeadingTrivia(statement.GetLeadingTrivia()).WithTrailingTrivia(SyntaxFactory.Space);
                var disposed = statement.WithoutLeadingTrivia().WithUsingKeyword(keyword);
                context.RegisterCodeFix(CodeAction.Create("Declare it with using", _ => Task.FromResult(context.Document.WithSyntaxRoot(root.ReplaceNode(statement, disposed))), diagnostic.Id), diagnostic);
                break;

            case InvocationExpressionSyntax open when PathAlone(model, open, context.CancellationToken) is { } path && IsLoadOfModule(model!, open, context.CancellationToken):
                context.RegisterCodeFix(CodeAction.Create($"Load from {path}", _ => Task.FromResult(context.Document.WithSyntaxRoot(root.ReplaceNode(open, path.WithTriviaFrom(open)))), diagnostic.Id), diagnostic);
                break;
        }
    }

    // A device or a mapped file is no matter of the path.
    private static ExpressionSyntax? PathAlone(SemanticModel? model, InvocationExpressionSyntax open, CancellationToken cancellation) =>
        model?.GetOperation(open, cancellation) is IInvocationOperation call && call.Arguments.All(argument => argument.ArgumentKind == ArgumentKind.DefaultValue || argument.Parameter?.Name is "f" or "weights_only")
            ? (call.Arguments.FirstOrDefault(argument => argument.ArgumentKind == ArgumentKind.Explicit && argument.Parameter is { Name: "f", Type.SpecialType: SpecialType.System_String })?.Syntax as ArgumentSyntax)?.Expression
            : null;

    private static bool IsLoadOfModule(SemanticModel model, InvocationExpressionSyntax open, CancellationToken cancellation) =>
        open.Parent is ArgumentSyntax { NameColon: null, Parent.Parent: InvocationExpressionSyntax outer }
        && model.GetSymbolInfo(outer, cancellation).Symbol is IMethodSymbol { Name: "load_state_dict" } method
        && TorchTypes.Of(model.Compilation) is { } types
        && outer.Expression is MemberAccessExpressionSyntax { Expression: var receiver }
        && types.IsTorchkeep(method)
        && types.IsModule(model.GetTypeInfo(receiver, cancellation).Type);
}
