namespace Torchkeep;

/// <summary>Python's <c>float</c>, a double.</summary>
/// <param name="value">The number.</param>
public sealed class PyFloat(double value) : PyValue, IEquatable<PyFloat>
{
    /// <summary>The number.</summary>
    public double Value { get; } = value;

    /// <inheritdoc/>
    public override string TypeName => "float";

    /// <summary>Equal when all bits are, so that a NaN equals itself and -0.0 is not 0.0.</summary>
    /// <param name="other">Another float.</param>
    public bool Equals(PyFloat? other) =>
        other is not null && BitConverter.DoubleToInt64Bits(other.Value) == BitConverter.DoubleToInt64Bits(Value);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PyFloat);

    /// <inheritdoc/>
    public override int GetHashCode() => Value.GetHashCode();

    /// <summary>As Python's repr.</summary>
    public override string ToString() => Values.PythonRepr.Of(Value);
}
