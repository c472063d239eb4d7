namespace Torchkeep.Cli.Output;

/// <summary>
/// A first walk over the object: totals, which tensor is the first of each storage, and everything that can fail. The
/// walks after it find the same entries in the same order, and nothing to complain about.
/// </summary>
internal sealed class Survey
{
    // Names that are listed with all that lies under them can make gigabytes of text of a small file.
    private const long MaxPathsLength = 4L << 30;
    private const long MaxPathLength = 16L << 20;

    private readonly List<int> _childCounts = [];
    private readonly Dictionary<TensorStorage, StorageUse> _storages = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<PyTensor, string>? _hashes;
    private long _pathsLength;
    private long _longestPath;

    // Archives before PyTorch 1.4 have a list of tensors, whose names are in their tree of modules.
    private readonly Dictionary<TensorView, string> _stateNames = new(ReferenceEqualityComparer.Instance);

    private Survey(bool hash) => _hashes = hash ? new(ReferenceEqualityComparer.Instance) : null;

    internal long TensorCount { get; private set; }

    /// <summary>Elements of all tensors; those of one memory count once.</summary>
    internal Int128 ParameterCount { get; private set; }

    internal Int128 StorageBytes { get; private set; }

    internal int StorageCount => _storages.Count;

    internal static Survey Of(Checkpoint checkpoint, bool hash)
    {
        var survey = new Survey(hash);
        if (checkpoint is { Format: CheckpointFormat.TorchScript, Root: PyDict })
        {
            survey.FindStateNames(checkpoint);
        }

        var open = new List<(int Place, long PathLength)>();
        var views = new HashSet<(TensorStorage Storage, ElementType Type, long Offset, string Layout)>();
        foreach (var entry in checkpoint.Walk())
        {
            open.RemoveRange(entry.Depth, open.Count - entry.Depth);
            long length = entry.Step.Length;
            if (open.Count > 0)
            {
                survey._childCounts[open[^1].Place]++;
                length += open[^1].PathLength;
            }

            open.Add((survey._childCounts.Count, length));
            survey._childCounts.Add(0);
            survey._pathsLength += length;
            survey._longestPath = Math.Max(survey._longestPath, length);
            if (entry.Value is PyTensor tensor)
            {
                survey.Add(entry, tensor, views);
            }
        }

        return survey;
    }

    /// <summary>The number of entries right under one, which is given by its place in the walk.</summary>
    internal int ChildCount(int place) => _childCounts[place];

    internal StorageUse UseOf(TensorStorage storage) => _storages[storage];

    /// <summary>The SHA-256 of a tensor's elements, or null when none was asked for or the tensor has none.</summary>
    internal string? HashOf(PyTensor tensor) => _hashes?.GetValueOrDefault(tensor);

    /// <summary>What the state_dict calls a tensor that has no name where it stands; else null.</summary>
    internal string? StateNameOf(PyTensor tensor) => _stateNames.GetValueOrDefault(tensor.View);

    /// <summary>Refuses to list paths without measure.</summary>
    internal void CheckLengths()
    {
        if (_pathsLength > MaxPathsLength || _longestPath > MaxPathLength)
        {
            throw new CommandException(
                $"the paths of its {Quantity.Number(_childCounts.Count)} values would take {Quantity.Bytes(_pathsLength)} of text, the longest {Quantity.Bytes(_longestPath)}: more than is listed");
        }
    }

    private void FindStateNames(Checkpoint checkpoint)
    {
        try
        {
            foreach (var (key, value) in checkpoint.FindStateDict())
            {
                if (key is PyString name && value is PyTensor tensor)
                {
                    _stateNames.TryAdd(tensor.View, name.Value);
                }
            }
        }
        catch (Exception error) when (error is CheckpointException or KeyNotFoundException)
        {
            // A module of whose state only its code knows has no names; the tensors are listed all the same.
        }
    }

    private void Add(PyEntry entry, PyTensor tensor, HashSet<(TensorStorage, ElementType, long, string)> views)
    {
        var view = tensor.View;
        TensorCount++;
        if (_storages.TryAdd(view.Storage, new(_storages.Count, entry, _childCounts.Count - 1)))
        {
            StorageBytes += view.Storage.ByteLength;
        }

        if (views.Add((view.Storage, view.ElementType, view.StorageOffset, $"{string.Join(',', view.Shape)};{string.Join(',', view.Strides)}")))
        {
            ParameterCount += view.ElementCount;
        }

        if (_hashes is not null && view.Storage.Location != TensorHash.MetaLocation && !_hashes.ContainsKey(tensor))
        {
            _hashes.Add(tensor, TensorHash.Of(view));
        }
    }
}
