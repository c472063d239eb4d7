namespace Torchkeep.Pickle;

/// <summary>What is known of an argument of a call.</summary>
/// <param name="Kind">What kind of value: <see cref="TraceKind.Text"/>, <see cref="TraceKind.Bytes"/>, <see cref="TraceKind.Name"/>, an object, or something else.</param>
/// <param name="Name">The name, or the class of which it is a new object; else null.</param>
internal readonly record struct TracedArgument(TraceKind Kind, PyGlobal? Name);
