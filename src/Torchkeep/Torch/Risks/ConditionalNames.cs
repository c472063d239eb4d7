using System.Collections.Frozen;
using Torchkeep.Pickle;

namespace Torchkeep.Torch.Risks;

/// <summary>The names that are judged by their arguments.</summary>
internal static class ConditionalNames
{
    private const string BitGeneratorMaker = "numpy.random._pickle.__bit_generator_ctor";

    private static readonly FrozenSet<string> _bitGenerators =
    [
        "numpy.random._mt19937.MT19937", "numpy.random._pcg64.PCG64", "numpy.random._pcg64.PCG64DXSM", "numpy.random._philox.Philox", "numpy.random._sfc64.SFC64",
    ];

    private static readonly ConditionalName _generator = new("it makes a generator of random numbers", DangerReasons.CallsWhatItIsGiven, MakesGenerator);

    // Calls its first argument with what is in its third (torch/_tensor.py).
    private static readonly ConditionalName _fromType = new("it makes a tensor by a harmless name", DangerReasons.CallsWhatItIsGiven, arguments =>
        arguments is [{ Kind: TraceKind.Name, Name: { } function }, ..] && HarmlessNames.Find(TorchNames.ToPython3(function)) is { IsForMakingOnly: false });

    private static readonly ConditionalName _graphModule = new("without arguments it runs nothing", DangerReasons.RunsCode, arguments => arguments.Count == 0) { Risk = GlobalRisk.Unknown, MayBeHandedOn = true };

    private static readonly FrozenDictionary<string, ConditionalName> _names = new Dictionary<string, ConditionalName>(StringComparer.Ordinal)
    {
        // The name it gives is judged in its place.
        ["builtins.getattr"] = new("what it gives is judged by its name", DangerReasons.Reaches, arguments =>
            arguments is [{ Name: not null }, { Kind: TraceKind.Text }]),

        // A torch.load without weights_only, of bytes that are looked into in their turn.
        ["torch.storage._load_from_bytes"] = new("what it loads stands in the file and is looked at", DangerReasons.LoadsMore, arguments => arguments is [{ Kind: TraceKind.Bytes }]),
        ["torch._tensor._rebuild_from_type"] = _fromType,
        ["torch._tensor._rebuild_from_type_v2"] = _fromType,

        // With a name, bases and attributes it makes a class.
        ["builtins.type"] = new("without arguments it makes nothing", DangerReasons.MakesClasses, arguments => arguments.Count == 0) { Risk = GlobalRisk.Unknown, MayBeHandedOn = true },

        // Making it calls nothing; what it holds has a name of its own, and a call of it is followed.
        ["functools.partial"] = new("what it holds is judged by its own name", DangerReasons.CallsWhatItIsGiven, arguments => arguments is [] or [{ Kind: TraceKind.Name }, ..]) { Risk = GlobalRisk.Unknown, MayBeHandedOn = true },

        // Run the source that they are given; an object of the class without arguments has none (torch/fx/graph_module.py).
        ["torch.fx.graph_module.GraphModule"] = _graphModule,
        ["torch.fx.graph_module.reduce_graph_module"] = _graphModule,

        // Call their second argument with the first, or the first, where that is a class (numpy/random/_pickle.py).
        ["numpy.random._pickle.__randomstate_ctor"] = _generator,
        ["numpy.random._pickle.__generator_ctor"] = _generator,
        [BitGeneratorMaker] = new(_generator.Reason, _generator.Danger, arguments => arguments is [] or [{ Kind: TraceKind.Text }] || (arguments is [{ Kind: TraceKind.Name, Name: { } made }] && _bitGenerators.Contains(made.ToString())))
        {
            MayBeHandedOn = true,
        },
    }.ToFrozenDictionary(StringComparer.Ordinal);

    internal static ConditionalName? Find(PyGlobal name) => _names.GetValueOrDefault(name.ToString());

    private static bool MakesGenerator(IReadOnlyList<TracedArgument> arguments) =>
        (arguments.Count == 0 || arguments[0].Name is null)
        && (arguments.Count < 2 || (arguments is [_, { Kind: TraceKind.Name, Name: { } maker }] && maker.ToString() == BitGeneratorMaker));
}
