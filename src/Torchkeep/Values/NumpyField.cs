namespace Torchkeep.Values;

/// <summary>A field of a structured dtype.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its dtype.</param>
/// <param name="Offset">The bytes before it.</param>
internal sealed record NumpyField(string Name, NumpyType Type, int Offset);
