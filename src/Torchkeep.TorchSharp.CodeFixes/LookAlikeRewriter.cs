using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace Torchkeep.Analyzers;

/// <summary>Torchkeep's calls that do what a look-alike was meant to. Where the result would not fit its place there is none.</summary>
internal sealed class LookAlikeRewriter(IInvocationOperation call, InvocationExpressionSyntax syntax, ParseOptions options)
{
    // The calls on torch are static extensions, which C# 14 sees; before, the class is named.
    private bool SeesExtensions => ((CSharpParseOptions)options).LanguageVersion >= LanguageVersion.CSharp14;

    private bool IsStatement => syntax.Parent is ExpressionStatementSyntax;

    internal IEnumerable<ExpressionSyntax> ReplacementsFor(string rule) =>
        rule == Rules.Load.Id ? Load()
        : rule == Rules.Save.Id ? [Torch("save_checkpoint", Receiver() ?? Argument("t")!, Argument("location")!)]
        : rule == Rules.ModuleLoad.Id ? ModuleLoad()
        : rule == Rules.ModuleSave.Id ? ModuleSave()
        : rule == Rules.LoadStateDict.Id ? LoadStateDict()
        : rule == Rules.StateDict.Id ? StateDict()
        : OptimizerFile();

    // A declared Tensor, an operand or a receiver needs a tensor; only of "var" nobody can tell.
    private IEnumerable<ExpressionSyntax> Load()
    {
        var path = Argument("location") ?? Argument("filename") ?? Argument(0)!;
        var isVar = syntax.Parent is EqualsValueClauseSyntax { Parent.Parent: VariableDeclarationSyntax { Type.IsVar: true } };
        if (isVar || call.Parent is IInvalidOperation or IArgumentOperation { Parent: IInvalidOperation } || IsStatement)
        {
            yield return Torch("load", path, Named("weights_only", SyntaxKind.TrueLiteralExpression));
        }

        if (!IsStatement && call.Parent is not IInvalidOperation)
        {
            yield return Call(Torch("load_checkpoint", path), "tensor");
        }
    }

    private IEnumerable<ExpressionSyntax> ModuleLoad()
    {
        if (!IsStatement || Argument("skip") is not null || Argument("loadedParameters") is not null)
        {
            yield break;
        }

        var strict = Argument("strict") is { } given ? [Named("strict", given)] : Array.Empty<ArgumentSyntax>();
        switch (call.TargetMethod.Parameters[0].Type)
        {
            case { SpecialType: SpecialType.System_String }:
                yield return Call(Receiver()!, "load_state_dict", [SyntaxFactory.Argument(Argument(0)!), .. strict]);
                break;
            case { Name: "Stream" }:
                yield return Call(Receiver()!, "load_state_dict", [SyntaxFactory.Argument(Torch("load", Argument(0)!)), .. strict]);
                break;
        }
    }

    private IEnumerable<ExpressionSyntax> ModuleSave()
    {
        if (IsStatement && Argument("skip") is null && call.TargetMethod.Parameters[0].Type is { Name: "String" or "Stream" })
        {
            yield return Torch("save", Call(Receiver()!, "state_dict", Named("keep_vars", SyntaxKind.FalseLiteralExpression)), Argument(0)!);
        }
    }

    private IEnumerable<ExpressionSyntax> LoadStateDict()
    {
        if (IsStatement && Argument("skip") is null)
        {
            var strict = Argument("strict") is { } given ? [Named("strict", given)] : Array.Empty<ArgumentSyntax>();
            yield return Call(Receiver()!, "load_state_dict", [SyntaxFactory.Argument(Argument("source")!), .. strict, Named("assign", SyntaxKind.FalseLiteralExpression)]);
        }
    }

    private IEnumerable<ExpressionSyntax> StateDict()
    {
        if (Argument("destination") is { } destination && !destination.IsKind(SyntaxKind.NullLiteralExpression) || !TakesStateDict())
        {
            yield break;
        }

        var prefix = Argument("prefix");
        ArgumentSyntax[] dotted = prefix switch
        {
            null => [],
            LiteralExpressionSyntax { Token.Value: string text } => [Named("prefix", SyntaxFactory.LiteralExpression(SyntaxKind.StringLiteralExpression, SyntaxFactory.Literal(text + ".")))],
            _ => [Named("prefix", SyntaxFactory.ParseExpression($"{prefix} + \".\""))],
        };
        yield return Call(Receiver()!, "state_dict", [Named("keep_vars", SyntaxKind.FalseLiteralExpression), .. dotted]);
    }

    // Where the type is written down it is a Dictionary, which a StateDict is not.
    private bool TakesStateDict() => syntax.Parent switch
    {
        EqualsValueClauseSyntax { Parent.Parent: VariableDeclarationSyntax declaration } => declaration.Type.IsVar,
        ArgumentSyntax => ArgumentOf(call.Parent) is { } argument
            && (argument.Parameter?.Type is { SpecialType: SpecialType.System_Object } or { Name: "IReadOnlyDictionary" or "IReadOnlyCollection" or "IEnumerable" }
                || argument.Parent is IInvocationOperation { TargetMethod.ContainingAssembly.Name: "Torchkeep.TorchSharp" }),
        CommonForEachStatementSyntax or MemberAccessExpressionSyntax or ElementAccessExpressionSyntax or ExpressionStatementSyntax => true,
        _ => call.Parent is IConversionOperation { Type.SpecialType: SpecialType.System_Object },
    };

    private static IArgumentOperation? ArgumentOf(IOperation? parent)
    {
        while (parent is IConversionOperation)
        {
            parent = parent.Parent;
        }

        return parent as IArgumentOperation;
    }

    private IEnumerable<ExpressionSyntax> OptimizerFile()
    {
        if (!IsStatement || call.TargetMethod.Parameters[0].Type.SpecialType != SpecialType.System_String)
        {
            yield break;
        }

        yield return call.TargetMethod.Name == "save_state_dict"
            ? Torch("save", Call(Receiver()!, "state_dict"), Argument(0)!)
            : Call(Receiver()!, "load_state_dict", SyntaxFactory.Argument(Torch("load", Argument(0)!, Named("weights_only", SyntaxKind.TrueLiteralExpression))));
    }

    private ExpressionSyntax? Receiver() => call.Instance switch
    {
        null => null,
        { IsImplicit: true } => SyntaxFactory.ThisExpression(),
        var instance => (ExpressionSyntax)instance.Syntax.WithoutTrivia(),
    };

    private ExpressionSyntax? Argument(string name) => Given(call.Arguments.FirstOrDefault(argument => argument.Parameter?.Name == name));

    private ExpressionSyntax? Argument(int ordinal) => Given(call.Arguments.FirstOrDefault(argument => argument.Parameter?.Ordinal == ordinal));

    // The syntax of one that is left out can be that of the argument which the whole call is.
    private static ExpressionSyntax? Given(IArgumentOperation? argument) =>
        argument is { ArgumentKind: ArgumentKind.Explicit, Syntax: ArgumentSyntax given } ? given.Expression.WithoutTrivia() : null;

    private static ArgumentSyntax Named(string name, SyntaxKind literal) => Named(name, SyntaxFactory.LiteralExpression(literal));

    private static ArgumentSyntax Named(string name, ExpressionSyntax value) =>
        SyntaxFactory.Argument(SyntaxFactory.NameColon(SyntaxFactory.IdentifierName(name)), default, value);

    private InvocationExpressionSyntax Torch(string method, params object[] arguments) => Call(
        SyntaxFactory.ParseExpression(SeesExtensions ? "TorchSharp.torch" : "Torchkeep.TorchExtensions").WithAdditionalAnnotations(Microsoft.CodeAnalysis.Simplification.Simplifier.Annotation),
        method,
        [.. arguments.Select(argument => argument as ArgumentSyntax ?? SyntaxFactory.Argument((ExpressionSyntax)argument))]);

    private static InvocationExpressionSyntax Call(ExpressionSyntax receiver, string method, params ArgumentSyntax[] arguments) => SyntaxFactory.InvocationExpression(
        SyntaxFactory.MemberAccessExpression(SyntaxKind.SimpleMemberAccessExpression, receiver, SyntaxFactory.IdentifierName(method)),
        SyntaxFactory.ArgumentList(SyntaxFactory.SeparatedList(arguments)));
}
