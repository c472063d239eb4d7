namespace Torchkeep;

/// <summary>One tensor of a checkpoint and where it stands in it.</summary>
public sealed class TensorEntry
{
    private readonly PyEntry _entry;

    internal TensorEntry(PyEntry entry, PyTensor value) => (_entry, Name, Value) = (entry, entry.Name, value);

    /// <summary>Keys joined by dots, as a state_dict names it: <c>layer1.0.weight</c>; empty when the file is one tensor.</summary>
    public string Name { get; }

    /// <summary>The way from the root as Python would write it; see <see cref="PyEntry.Path"/>. Each call makes it anew.</summary>
    public string Path => _entry.Path;

    /// <summary>The tensor.</summary>
    public PyTensor Value { get; }

    /// <summary>Where its elements are.</summary>
    public TensorView View => Value.View;

    /// <summary>The name, dtype and shape.</summary>
    public override string ToString() => $"{Name}: {View}";
}
