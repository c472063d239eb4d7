using Microsoft.CodeAnalysis;

namespace Torchkeep.Analyzers;

/// <summary>The types of TorchSharp and Torchkeep that the rules are about.</summary>
internal sealed class TorchTypes
{
    private TorchTypes(INamedTypeSymbol torch, INamedTypeSymbol tensor, INamedTypeSymbol module, INamedTypeSymbol checkpoint, INamedTypeSymbol? optimizer, INamedTypeSymbol? script)
    {
        Torch = torch;
        Tensor = tensor;
        Module = module;
        Checkpoint = checkpoint;
        Optimizer = optimizer;
        Script = script;
    }

    internal INamedTypeSymbol Torch { get; }

    internal INamedTypeSymbol Tensor { get; }

    internal INamedTypeSymbol Module { get; }

    internal INamedTypeSymbol Checkpoint { get; }

    private INamedTypeSymbol? Optimizer { get; }

    private INamedTypeSymbol? Script { get; }

    /// <summary>The types, or null in a program that has not both libraries.</summary>
    internal static TorchTypes? Of(Compilation compilation) =>
        compilation.GetTypeByMetadataName("TorchSharp.torch") is { } torch
        && compilation.GetTypeByMetadataName("TorchSharp.torch+Tensor") is { } tensor
        && compilation.GetTypeByMetadataName("TorchSharp.torch+nn+Module") is { } module
        && compilation.GetTypeByMetadataName("Torchkeep.LoadedCheckpoint") is { } checkpoint
            ? new(torch, tensor, module, checkpoint, compilation.GetTypeByMetadataName("TorchSharp.Modules.OptimizerHelper"), compilation.GetTypeByMetadataName("TorchSharp.torch+jit+ScriptModule"))
            : null;

    internal bool IsTorchSharp(IMethodSymbol method) => SymbolEqualityComparer.Default.Equals(method.ContainingAssembly, Torch.ContainingAssembly);

    internal bool IsTorchkeep(IMethodSymbol method) => SymbolEqualityComparer.Default.Equals(method.ContainingAssembly, Checkpoint.ContainingAssembly);

    internal bool IsTorch(ITypeSymbol? type) => SymbolEqualityComparer.Default.Equals(type, Torch);

    internal bool IsTensor(ITypeSymbol? type) => SymbolEqualityComparer.Default.Equals(type, Tensor);

    internal bool IsCheckpoint(ITypeSymbol? type) => SymbolEqualityComparer.Default.Equals(type, Checkpoint);

    internal bool IsModule(ITypeSymbol? type) => Is(type, Module);

    /// <summary>A module that TorchScript made, whose files are TorchScript's by right.</summary>
    internal bool IsScript(ITypeSymbol? type) => Is(type, Script);

    internal bool IsOptimizer(ITypeSymbol? type) => Is(type, Optimizer);

    /// <summary>A call that opens a checkpoint: what it returns is the caller's to dispose.</summary>
    internal bool Opens(IMethodSymbol method) => method.Name is "load" or "load_checkpoint" && IsTorchkeep(method) && IsCheckpoint(method.ReturnType);

    private static bool Is(ITypeSymbol? type, INamedTypeSymbol? wanted)
    {
        for (; type is not null && wanted is not null; type = type is ITypeParameterSymbol { ConstraintTypes: { IsEmpty: false } constraints } ? constraints[0] : type.BaseType)
        {
            if (SymbolEqualityComparer.Default.Equals(type, wanted))
            {
                return true;
            }
        }

        return false;
    }
}
