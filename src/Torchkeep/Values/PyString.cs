namespace Torchkeep;

/// <summary>Python's <c>str</c>. Lone surrogates, which Python allows, are kept.</summary>
/// <param name="value">The text.</param>
public sealed class PyString(string value) : PyValue, IEquatable<PyString>
{
    // A file can make one long text the key of many entries.
    private int? _hash;

    /// <summary>The bytes that Python 2 wrote, where it is not known that they were text; else null.</summary>
    internal byte[]? Raw { get; init; }

    /// <summary>The text.</summary>
    public string Value { get; } = value ?? throw new ArgumentNullException(nameof(value));

    /// <inheritdoc/>
    public override string TypeName => "str";

    /// <inheritdoc/>
    public bool Equals(PyString? other) => other is not null && other.Value == Value;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PyString);

    /// <inheritdoc/>
    public override int GetHashCode() => _hash ??= Value.GetHashCode(StringComparison.Ordinal);

    /// <summary>As Python's repr, quoted.</summary>
    public override string ToString() => Values.PythonRepr.Of(Value);
}
