namespace Torchkeep.Formats.TorchSharpDat;

/// <summary>What stands before a tensor's bytes.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its elements.</param>
/// <param name="Shape">Its sizes.</param>
internal sealed record DatEntry(string Name, ElementType Type, long[] Shape);
