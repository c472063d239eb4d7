using System.Numerics;

namespace Torchkeep;

/// <summary>Python's <c>complex</c>, two doubles.</summary>
/// <param name="value">The number.</param>
public sealed class PyComplex(Complex value) : PyValue, IEquatable<PyComplex>
{
    /// <summary>The number.</summary>
    public Complex Value { get; } = value;

    /// <inheritdoc/>
    public override string TypeName => "complex";

    /// <inheritdoc/>
    public bool Equals(PyComplex? other) => other is not null && other.Value.Equals(Value);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PyComplex);

    /// <inheritdoc/>
    public override int GetHashCode() => Value.GetHashCode();

    /// <summary>As Python's repr.</summary>
    public override string ToString() => Values.PythonRepr.Of(Value);
}
