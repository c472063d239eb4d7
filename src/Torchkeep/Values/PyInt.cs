using System.Globalization;
using System.Numerics;

namespace Torchkeep;

/// <summary>Python's <c>int</c>, of any size.</summary>
public sealed class PyInt : PyValue, IEquatable<PyInt>
{
    // 4,300 decimal digits. The time to make them grows with their square.
    private const int MaxShownBits = 14_284;

    private const int MaxDoubleExponent = 1024;

    private static readonly PyInt[] _small = [.. Enumerable.Range(0, 256).Select(value => new PyInt(value))];

    private readonly long _value;

    // A BigInteger, or null: a box takes less in all the ints that need none.
    private readonly object? _big;

    private PyInt(long value) => _value = value;

    private PyInt(BigInteger value) => _big = value;

    /// <summary>The number.</summary>
    public BigInteger Value => _big is BigInteger big ? big : _value;

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
    public bool Equals(PyInt? other) => other is not null && other._value == _value && Equals(other._big, _big);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PyInt);

    /// <inheritdoc/>
    public override int GetHashCode() => _big?.GetHashCode() ?? _value.GetHashCode();

    /// <summary>As Python's repr; over 4,300 digits, where Python refuses too, only the size.</summary>
    public override string ToString() => Value.GetBitLength() is > MaxShownBits and var bits
        ? $"<int of {bits} bits>"
        : Value.ToString(CultureInfo.InvariantCulture);

    // BigInteger's own conversion cuts off what does not fit, where Python rounds.
    internal double ToDouble()
    {
        if (_big is not BigInteger big)
        {
            return _value;
        }

        var magnitude = BigInteger.Abs(big);
        var rest = magnitude.GetBitLength() - 64;
        if (rest <= MaxDoubleExponent)
        {
            var first = (ulong)(magnitude >> (int)rest);
            var isCut = (BigInteger)first << (int)rest != magnitude;
            var number = Math.ScaleB(first | (isCut ? 1u : 0u), (int)rest);
            if (double.IsFinite(number))
            {
                return double.CopySign(number, big.Sign);
            }
        }

        throw new OverflowException($"the int {this} is too large for a float");
    }

    internal long ToInt64() => _big is null ? _value : throw new OverflowException($"the int {this} needs more than 64 bits");
}
