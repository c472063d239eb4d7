namespace Torchkeep;

/// <summary>Python's <c>None</c>.</summary>
public sealed class PyNone : PyValue
{
    private PyNone()
    {
    }

    /// <summary>The one instance.</summary>
    public static PyNone Value { get; } = new();

    /// <inheritdoc/>
    public override string TypeName => "NoneType";

    /// <summary>As Python's repr.</summary>
    public override string ToString() => "None";
}
