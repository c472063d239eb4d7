namespace Torchkeep;

/// <summary>How far a save has come, reported before the first storage, then at least every few megabytes and after the last.</summary>
/// <param name="BytesWritten">Bytes of tensor storages written so far.</param>
/// <param name="TotalBytes">Bytes of all storages that will be written.</param>
public readonly record struct SaveProgress(long BytesWritten, long TotalBytes);
