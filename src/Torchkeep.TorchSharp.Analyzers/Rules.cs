using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace Torchkeep.Analyzers;

/// <summary>The rules: what each says, and how loudly.</summary>
internal static class Rules
{
    internal static readonly DiagnosticDescriptor Load = Warning(
        "TK0001",
        "TorchSharp's load reads no PyTorch checkpoint",
        "This is TorchSharp's load, which reads one tensor of a TorchScript archive; a checkpoint is read by torch.load(path, weights_only: true)");

    internal static readonly DiagnosticDescriptor Save = Warning(
        "TK0002",
        "TorchSharp's save of a tensor writes a TorchScript archive",
        "This is TorchSharp's save, which writes a TorchScript archive that Python does not load as a tensor; torch.save_checkpoint(tensor, path) writes a checkpoint");

    internal static readonly DiagnosticDescriptor ModuleLoad = Warning(
        "TK0003",
        "Module.load reads TorchSharp's own format alone",
        "This is TorchSharp's load, which reads files of TorchSharp's own save; a file of PyTorch is loaded by load_state_dict(path)");

    internal static readonly DiagnosticDescriptor ModuleSave = Warning(
        "TK0004",
        "Module.save writes TorchSharp's own format",
        "This is TorchSharp's save, whose file Python does not read; torch.save(model.state_dict(keep_vars: false), path) writes one that it reads");

    internal static readonly DiagnosticDescriptor LoadStateDict = Warning(
        "TK0005",
        "TorchSharp's load_state_dict broadcasts and stops half-way",
        "This is TorchSharp's load_state_dict, which copies a tensor of another shape by broadcasting and leaves the module half loaded at an error; with assign: false all is checked first");

    internal static readonly DiagnosticDescriptor StateDict = Info(
        "TK0006",
        "TorchSharp's state_dict has another order and no metadata",
        "This is TorchSharp's state_dict, in another order than PyTorch's and without its metadata; state_dict(keep_vars: false) is as PyTorch's");

    internal static readonly DiagnosticDescriptor OptimizerFile = Warning(
        "TK0007",
        "The optimizer's file is of TorchSharp's own format",
        "This is TorchSharp's {0}, whose file PyTorch does not share; torch.save(optimizer.state_dict(), path) and optimizer.load_state_dict(torch.load(path, weights_only: true)) are for PyTorch's");

    internal static readonly DiagnosticDescriptor OptimizerState = Info(
        "TK0008",
        "TorchSharp's load_state_dict of an optimizer shares tensors",
        "This is TorchSharp's load_state_dict, after which both optimizers have the same state tensors; it checks neither shapes nor parameters");

    internal static readonly DiagnosticDescriptor NotDisposed = Warning(
        "TK0009",
        "A loaded checkpoint is never disposed",
        "'{0}' keeps its file open and is never disposed: declare it with using");

    internal static readonly DiagnosticDescriptor NotKept = Info(
        "TK0010",
        "Nobody can dispose this checkpoint",
        "The checkpoint keeps its file open until the garbage collector finds it: keep it in a using variable, or give load_state_dict the path");

    internal static readonly DiagnosticDescriptor Mode = Warning(
        "TK0011",
        "The model is called in the mode that it happens to be in",
        "'{0}' is called after load_state_dict, and neither eval() nor train() was: a new model is in training mode, in which Dropout drops and BatchNorm changes");

    internal static readonly ImmutableArray<DiagnosticDescriptor> All =
        [Load, Save, ModuleLoad, ModuleSave, LoadStateDict, StateDict, OptimizerFile, OptimizerState, NotDisposed, NotKept, Mode];

    private static DiagnosticDescriptor Warning(string id, string title, string message) => Rule(id, title, message, DiagnosticSeverity.Warning);

    private static DiagnosticDescriptor Info(string id, string title, string message) => Rule(id, title, message, DiagnosticSeverity.Info);

    private static DiagnosticDescriptor Rule(string id, string title, string message, DiagnosticSeverity severity) => new(
        id, title, message, "Torchkeep", severity, isEnabledByDefault: true, helpLinkUri: $"https://github.com/torchkeep/torchkeep/blob/main/docs/analyzers/{id}.md");
}
