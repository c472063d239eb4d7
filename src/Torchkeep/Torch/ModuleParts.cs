namespace Torchkeep.Torch;

/// <summary>What a state_dict takes of one module.</summary>
/// <param name="ParameterCount">How many of the tensors are parameters; they come first.</param>
/// <param name="Tensors">Parameters, then persistent buffers, in order; none is None.</param>
/// <param name="Children">The modules in it, in order; none is None.</param>
/// <param name="Version">The class's <c>_version</c>.</param>
internal sealed record ModuleParts(
    int ParameterCount, IReadOnlyList<KeyValuePair<string, PyValue>> Tensors, IReadOnlyList<KeyValuePair<string, PyValue>> Children, long Version);
