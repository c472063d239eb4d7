namespace Torchkeep;

/// <summary>Python's <c>True</c> or <c>False</c>.</summary>
public sealed class PyBool : PyValue
{
    private PyBool(bool value) => Value = value;

    /// <summary>Python's <c>True</c>.</summary>
    public static PyBool True { get; } = new(true);

    /// <summary>Python's <c>False</c>.</summary>
    public static PyBool False { get; } = new(false);

    /// <summary>The truth value.</summary>
    public bool Value { get; }

    /// <inheritdoc/>
    public override string TypeName => "bool";

    /// <summary>The instance for a truth value.</summary>
    /// <param name="value">The truth value.</param>
    public static PyBool From(bool value) => value ? True : False;

    /// <summary>As Python's repr.</summary>
    public override string ToString() => Value ? "True" : "False";
}
