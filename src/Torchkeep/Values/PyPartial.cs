namespace Torchkeep;

/// <summary>A <c>functools.partial</c>: a function that waits for its other arguments. It stays a name.</summary>
/// <param name="Function">The name of the function, or the record that would have yielded it.</param>
/// <param name="Arguments">The first arguments.</param>
/// <param name="KeywordArguments">The arguments by name.</param>
public sealed record PyPartial(PyValue Function, PyTuple Arguments, PyDict KeywordArguments);
