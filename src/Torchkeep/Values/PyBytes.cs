namespace Torchkeep;

/// <summary>Python's <c>bytes</c>, or the mutable <c>bytearray</c>.</summary>
public sealed class PyBytes : PyValue, IEquatable<PyBytes>
{
    /// <summary>Bytes, copied.</summary>
    /// <param name="value">The bytes.</param>
    /// <param name="isByteArray">Whether it is Python's <c>bytearray</c>.</param>
    public PyBytes(ReadOnlySpan<byte> value, bool isByteArray = false)
        : this(value.ToArray(), isByteArray)
    {
    }

    internal PyBytes(byte[] value, bool isByteArray)
    {
        Value = value;
        IsByteArray = isByteArray;
    }

    /// <summary>The bytes.</summary>
    public ReadOnlyMemory<byte> Value { get; }

    /// <summary>Whether it is Python's <c>bytearray</c>.</summary>
    public bool IsByteArray { get; }

    /// <inheritdoc/>
    public override string TypeName => IsByteArray ? "bytearray" : "bytes";

    /// <inheritdoc/>
    public bool Equals(PyBytes? other) =>
        other is not null && other.IsByteArray == IsByteArray && other.Value.Span.SequenceEqual(Value.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PyBytes);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(Value.Span);
        return hash.ToHashCode();
    }

    /// <summary>As Python's repr.</summary>
    public override string ToString() => Values.PythonRepr.Of(Value.Span, IsByteArray);
}
