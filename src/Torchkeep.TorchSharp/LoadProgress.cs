namespace Torchkeep;

/// <summary>
/// How far a load into a module has come: reported before the first tensor is copied, when all are checked, and after each
/// tensor, in growing order, from any thread.
/// </summary>
/// <param name="BytesRead">Bytes of the tensors that were copied so far.</param>
/// <param name="TotalBytes">Bytes of all tensors that will be copied.</param>
public readonly record struct LoadProgress(long BytesRead, long TotalBytes);
