namespace Torchkeep.Cli.Output;

/// <summary>A storage among those of a file.</summary>
/// <param name="Id">Its number, in order of first appearance.</param>
/// <param name="First">The first tensor over it.</param>
/// <param name="FirstPlace">The place of that tensor in the walk.</param>
internal sealed record StorageUse(int Id, PyEntry First, int FirstPlace);
