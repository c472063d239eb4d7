namespace Torchkeep;

/// <summary>
/// A module of yours that says itself which attributes its Python class has. Without it a whole model is saved with the
/// module's fields under their own names.
/// </summary>
public interface IPythonAttributes
{
    /// <summary>
    /// Names and values of the attributes that the Python class's <c>forward</c> needs, children and tensors apart: numbers,
    /// strings, booleans, null, and lists, tuples and dictionaries of them.
    /// </summary>
    IReadOnlyDictionary<string, object?> python_attributes { get; }
}
