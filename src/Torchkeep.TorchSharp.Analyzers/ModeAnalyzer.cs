using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Torchkeep.Analyzers;

/// <summary>Finds models that a method loads and calls without having chosen their mode.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ModeAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Rules.Mode];

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
        var calls = context.OperationBlocks.SelectMany(block => block.Descendants()).OfType<IInvocationOperation>()
            .Select(call => (Call: call, Model: ModelOf(call, types), Start: call.Syntax.SpanStart))
            .Where(call => call.Model is not null)
            .ToList();

        foreach (var load in calls.Where(call => call.Call.TargetMethod.Name == "load_state_dict"))
        {
            var use = calls.FirstOrDefault(call => call.Start > load.Start && call.Call.TargetMethod.Name is "forward" or "call" && IsSame(call.Model, load.Model));
            if (use.Call is not null && !calls.Any(call => call.Start < use.Start && call.Call.TargetMethod.Name is "eval" or "train" && IsSame(call.Model, load.Model)))
            {
                context.ReportDiagnostic(Diagnostic.Create(Rules.Mode, load.Call.Syntax.GetLocation(), load.Model!.Name));
            }
        }
    }

    private static bool IsSame(ISymbol? one, ISymbol? other) => SymbolEqualityComparer.Default.Equals(one, other);

    // The variable that the call is on: of an extension method, its first argument.
    private static ISymbol? ModelOf(IInvocationOperation call, TorchTypes types)
    {
        var receiver = call.Instance ?? call.Arguments.FirstOrDefault(argument => argument.Parameter?.Ordinal == 0)?.Value;
        while (receiver is IConversionOperation conversion)
        {
            receiver = conversion.Operand;
        }

        return !types.IsModule(receiver?.Type)
            ? null
            : receiver switch
            {
                ILocalReferenceOperation local => local.Local,
                IParameterReferenceOperation parameter => parameter.Parameter,
                IFieldReferenceOperation { Instance: null or IInstanceReferenceOperation } field => field.Field,
                IPropertyReferenceOperation { Instance: null or IInstanceReferenceOperation } property => property.Property,
                _ => null,
            };
    }
}
