using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;

namespace Torchkeep.Analyzers;

/// <summary>A document with a call exchanged, in which Torchkeep's extensions are seen.</summary>
internal static class FixedDocument
{
    internal static async Task<Document> Replace(Document document, SyntaxNode old, SyntaxNode replacement, CancellationToken cancellation)
    {
        var root = (CompilationUnitSyntax)(await document.GetSyntaxRootAsync(cancellation).ConfigureAwait(false))!;
        root = root.ReplaceNode(old, replacement.NormalizeWhitespace().WithTriviaFrom(old).WithAdditionalAnnotations(Formatter.Annotation));
        var model = await document.GetSemanticModelAsync(cancellation).ConfigureAwait(false);
        return document.WithSyntaxRoot(SeesTorchkeep(root, old, model!) ? root : root.AddUsings(UsingOfTorchkeep(root)));
    }

    // Written down, global to the project, or the namespace that the code is in.
    private static bool SeesTorchkeep(CompilationUnitSyntax root, SyntaxNode at, SemanticModel model) =>
        root.DescendantNodes(node => node is CompilationUnitSyntax or BaseNamespaceDeclarationSyntax).OfType<UsingDirectiveSyntax>().Any(IsTorchkeep)
        || model.Compilation.SyntaxTrees.Any(tree => tree.GetRoot() is CompilationUnitSyntax unit && unit.Usings.Any(directive => directive.GlobalKeyword != default && IsTorchkeep(directive)))
        || $"{model.GetEnclosingSymbol(at.SpanStart)?.ContainingNamespace}." is var name && name.StartsWith("Torchkeep.", StringComparison.Ordinal);

    private static bool IsTorchkeep(UsingDirectiveSyntax directive) =>
        directive is { Alias: null, StaticKeyword.RawKind: 0 } && directive.Name?.ToString() is "Torchkeep" or "global::Torchkeep";

    private static UsingDirectiveSyntax UsingOfTorchkeep(CompilationUnitSyntax root)
    {
        var line = root.DescendantTrivia().FirstOrDefault(trivia => trivia.IsKind(SyntaxKind.EndOfLineTrivia));
        return SyntaxFactory.UsingDirective(SyntaxFactory.ParseName("Torchkeep")).NormalizeWhitespace()
            .WithTrailingTrivia(line == default ? SyntaxFactory.LineFeed : line);
    }
}
