namespace Torchkeep;

/// <summary>A parameter group of a saved optimizer.</summary>
/// <param name="Options">All keys but <c>params</c>.</param>
/// <param name="Members">For each parameter in order, what its state is found under.</param>
/// <param name="Names">The parameters' names, or null where the file has none.</param>
internal sealed record SavedGroup(IReadOnlyDictionary<string, PyValue> Options, IReadOnlyList<PyValue> Members, IReadOnlyList<string>? Names);
