using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Torchkeep.Analyzers;

/// <summary>Finds calls that look like PyTorch's and are TorchSharp's own, for other files.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class LookAlikeAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } =
        [Rules.Load, Rules.Save, Rules.ModuleLoad, Rules.ModuleSave, Rules.LoadStateDict, Rules.StateDict, Rules.OptimizerFile, Rules.OptimizerState];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (TorchTypes.Of(start.Compilation) is { } types)
            {
                start.RegisterOperationAction(operation => Check(operation, types), OperationKind.Invocation);
            }
        });
    }

    private static void Check(OperationAnalysisContext context, TorchTypes types)
    {
        var call = (IInvocationOperation)context.Operation;
        if (types.IsTorchSharp(call.TargetMethod) && !IsOfBase(call) && RuleFor(call, types) is { } rule)
        {
            context.ReportDiagnostic(Diagnostic.Create(rule, call.Syntax.GetLocation(), call.TargetMethod.Name));
        }
    }

    // An override that calls what it overrides.
    private static bool IsOfBase(IInvocationOperation call) => call.Instance is IInstanceReferenceOperation { Syntax: BaseExpressionSyntax };

    private static DiagnosticDescriptor? RuleFor(IInvocationOperation call, TorchTypes types)
    {
        var method = call.TargetMethod;
        var first = method.Parameters.FirstOrDefault()?.Type;
        var isPath = first?.SpecialType == SpecialType.System_String;
        if (types.IsTorch(method.ContainingType))
        {
            return (method.Name, method.Parameters.Length) switch
            {
                ("load", 1) when isPath => Rules.Load,
                ("save", 2) when types.IsTensor(first) => Rules.Save,
                _ => null,
            };
        }

        if (types.IsTensor(method.ContainingType))
        {
            return method.Name switch
            {
                "load" when isPath => Rules.Load,
                "save" when isPath => Rules.Save,
                _ => null,
            };
        }

        if (types.IsModule(method.ContainingType))
        {
            return method.Name switch
            {
                _ when types.IsScript(call.Instance?.Type) => null,
                "load" when !method.IsStatic => Rules.ModuleLoad,
                "save" when !method.IsStatic => Rules.ModuleSave,
                "load_state_dict" => Rules.LoadStateDict,
                "state_dict" when !IsArgumentOfLoadStateDict(call, types) => Rules.StateDict,
                _ => null,
            };
        }

        return !types.IsOptimizer(method.ContainingType)
            ? null
            : method.Name switch
            {
                "save_state_dict" => Rules.OptimizerFile,
                "load_state_dict" => isPath || first?.Name == "BinaryReader" ? Rules.OptimizerFile : Rules.OptimizerState,
                _ => null,
            };
    }

    // That call is reported, and one report is enough.
    private static bool IsArgumentOfLoadStateDict(IInvocationOperation call, TorchTypes types) =>
        call.Parent is IArgumentOperation { Parent: IInvocationOperation { TargetMethod: { Name: "load_state_dict" } outer } } && types.IsTorchSharp(outer);
}
