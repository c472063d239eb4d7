namespace Torchkeep;

/// <summary>One tensor of a checkpoint and where it stands in it.</summary>
/// <param name="Name">Keys joined by dots, as a state_dict names it: <c>layer1.0.weight</c>; empty when the file is one tensor.</param>
/// <param name="Path">The way from the root as Python would write it; see <see cref="PyEntry.Path"/>.</param>
/// <param name="Value">The tensor.</param>
public sealed record TensorEntry(string Name, string Path, PyTensor Value)
{
    /// <summary>Where its elements are.</summary>
    public TensorView View => Value.View;
}
