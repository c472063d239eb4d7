namespace Torchkeep;

/// <summary>A field of an object of TorchSharp's, to read and to write.</summary>
internal delegate ref TField FieldOf<in T, TField>(T owner);
