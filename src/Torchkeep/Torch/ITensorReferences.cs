namespace Torchkeep.Torch;

/// <summary>Where tensors lie that a checkpoint names by numbers alone.</summary>
internal interface ITensorReferences
{
    /// <summary>The tensor of a number; throws when there is none.</summary>
    PyTensor Find(long number);
}
