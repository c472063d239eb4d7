namespace Torchkeep;

/// <summary>
/// On a field of a module of yours, or by <c>[field: PythonIgnore]</c> on a property: an entire model is saved without it. Fields
/// of kinds that no file can hold must have it, unless the class has <see cref="IPythonAttributes"/>.
/// </summary>
[AttributeUsage(AttributeTargets.Field)]
public sealed class PythonIgnoreAttribute : Attribute;
