using System.Globalization;
using System.Numerics;

namespace Torchkeep;

/// <summary>Python's <c>int</c>, of any size.</summary>
public sealed class PyInt : PyValue, IEquatable<PyInt>
{
    private static readonly PyInt[] _small = [.. Enumerable.Range(0, 256).Select(value => new PyInt(value))];

    private readonly long _value;
    private readonly BigInteger? _big;

    private PyInt(long value) => _value = value;

    private PyInt(BigInteger value) => _big = value;

    /// <summary>The number.</summary>
    public BigInteger Value => _big ?? _value;

    /// <inheritdoc/>
    public override string TypeName => "int";

    /// <summary>An int.</summary>
    /// <param name="value">The number.</param>
    public static PyInt From(long value) => (ulong)value < (ulong)_small.Length ? _small[value] : new(value);

    /// <summary>An int of any size.</summary>
    /// <param name="value">The number.</param>
    public static PyInt From(BigInteger value) =>
        value >= long.MinValue && value <= long.MaxValue ? From((long)value) : new(value);

    /// <summary>The number, if it fits 64 bits.</summary>
    /// <param name="value">The number.</param>
    public bool TryGetInt64(out long value)
    {
        value = _value;
        return _big is null;
    }

    /// <inheritdoc/>
    public bool Equals(PyInt? other) => other is not null && other._value == _value && other._big == _big;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PyInt);

    /// <inheritdoc/>
    public override int GetHashCode() => _big?.GetHashCode() ?? _value.GetHashCode();

    /// <summary>As Python's repr.</summary>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);

    internal long ToInt64() => _big is null ? _value : throw new OverflowException($"the int {this} needs more than 64 bits");
}
