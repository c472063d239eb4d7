namespace Torchkeep;

/// <summary>
/// A name of a class, function or constant in some Python module. It is a name and stays one: Torchkeep never looks
/// anything up under it.
/// </summary>
/// <param name="module">The module as the file spells it, such as <c>torch.nn.modules.linear</c> or Python 2's <c>__builtin__</c>.</param>
/// <param name="name">The name inside the module, such as <c>Linear</c>.</param>
public sealed class PyGlobal(string module, string name) : PyValue, IEquatable<PyGlobal>
{
    // A file calls the same few names for each of its tensors.
    private int? _hash;

    /// <summary>The module as the file spells it.</summary>
    public string Module { get; } = module ?? throw new ArgumentNullException(nameof(module));

    /// <summary>The name inside the module.</summary>
    public string Name { get; } = name ?? throw new ArgumentNullException(nameof(name));

    /// <summary><c>torch.dtype</c> or <c>ellipsis</c> where the name is such a value; else <c>global</c>.</summary>
    public override string TypeName => Values.PythonConstants.TypeOf(this) ?? "global";

    /// <inheritdoc/>
    public bool Equals(PyGlobal? other) => other is not null && other.Name == Name && other.Module == Module;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PyGlobal);

    /// <inheritdoc/>
    public override int GetHashCode() => _hash ??= HashCode.Combine(Module, Name);

    /// <summary>Module and name with a dot between.</summary>
    public override string ToString() => $"{Module}.{Name}";
}
