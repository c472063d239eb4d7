using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Torchkeep.Analyzers;

/// <summary>Finds checkpoints that were opened, and that nothing in the method disposes or hands on.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class OpenCheckpointAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Rules.NotDisposed, Rules.NotKept];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (TorchTypes.Of(start.Compilation) is { } types)
            {
                start.RegisterOperationBlockAction(block => Check(block, types));
            }
        });
    }

    private static void Check(OperationBlockAnalysisContext context, TorchTypes types)
    {
        foreach (var call in context.OperationBlocks.SelectMany(block => block.Descendants()).OfType<IInvocationOperation>().Where(call => types.Opens(call.TargetMethod)))
        {
            switch (Use(call))
            {
                case IVariableInitializerOperation { Parent: IVariableDeclaratorOperation variable }:
                    if (!IsInUsing(variable) && !IsHandedOn(variable.Symbol, context.OperationBlocks, types))
                    {
                        context.ReportDiagnostic(Diagnostic.Create(Rules.NotDisposed, variable.Syntax.GetLocation(), variable.Symbol.Name));
                    }

                    break;

                case IArgumentOperation { Parent: IInvocationOperation outer } when types.IsTorchkeep(outer.TargetMethod):
                case IExpressionStatementOperation:
                    context.ReportDiagnostic(Diagnostic.Create(Rules.NotKept, call.Syntax.GetLocation()));
                    break;

                case IInvocationOperation { TargetMethod: { Name: not "Dispose" } } or IPropertyReferenceOperation:
                    context.ReportDiagnostic(Diagnostic.Create(Rules.NotKept, call.Syntax.GetLocation()));
                    break;
            }
        }
    }

    private static IOperation? Use(IOperation operation)
    {
        var parent = operation.Parent;
        while (parent is IConversionOperation or IParenthesizedOperation)
        {
            parent = parent.Parent;
        }

        return parent;
    }

    private static bool IsInUsing(IVariableDeclaratorOperation variable)
    {
        for (IOperation? operation = variable; operation is not null and not IBlockOperation; operation = operation.Parent)
        {
            if (operation is IUsingDeclarationOperation or IUsingOperation)
            {
                return true;
            }
        }

        return false;
    }

    // Anything but a look at the checkpoint may keep it or dispose it.
    private static bool IsHandedOn(ILocalSymbol variable, ImmutableArray<IOperation> blocks, TorchTypes types) =>
        blocks.SelectMany(block => block.Descendants()).OfType<ILocalReferenceOperation>().Where(reference => SymbolEqualityComparer.Default.Equals(reference.Local, variable)).Any(reference => !IsLook(reference, types));

    private static bool IsLook(ILocalReferenceOperation reference, TorchTypes types) => Use(reference) switch
    {
        IInvocationOperation call => call.TargetMethod.Name != "Dispose" && !IsCaptured(reference),
        IPropertyReferenceOperation => !IsCaptured(reference),
        IArgumentOperation { Parent: IInvocationOperation call } => types.IsTorchkeep(call.TargetMethod) && !IsCaptured(reference),
        _ => false,
    };

    private static bool IsCaptured(ILocalReferenceOperation reference)
    {
        for (IOperation? operation = reference; operation is not null; operation = operation.Parent)
        {
            if (operation is IAnonymousFunctionOperation or ILocalFunctionOperation)
            {
                return true;
            }
        }

        return false;
    }
}
