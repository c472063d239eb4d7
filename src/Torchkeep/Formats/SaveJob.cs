using Torchkeep.Torch;

namespace Torchkeep.Formats;

/// <summary>What is saved, and how.</summary>
/// <param name="Root">The object.</param>
/// <param name="Plan">Over which storages its tensors are written.</param>
/// <param name="Options">Checked against themselves.</param>
/// <param name="Progress">Who is told.</param>
/// <param name="Async">The dialect.</param>
/// <param name="CancellationToken">Stops the save.</param>
internal sealed record SaveJob(
    PyValue Root, StoragePlan Plan, WriteOptions Options, IProgress<SaveProgress>? Progress, bool Async, CancellationToken CancellationToken);
