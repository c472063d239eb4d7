namespace Torchkeep.Cli.Output;

/// <summary>
/// A first walk over the object: totals, which tensor is the first of each storage, and everything that can fail. The
/// walks after it find the same entries in the same order, and nothing to complain about.
/// </summary>
internal sealed class Survey
{
    // Names that are listed with all that lies under them, and texts that are listed wherever they are named, can make
    // gigabytes of a small file.
    private const long FreeText = 256L << 20;
    private const int TextPerByte = 32;

    private readonly List<int> _childCounts = [];
    private readonly Dictionary<TensorStorage, StorageUse> _storages = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<PyTensor, string?> _hashes = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<PyObject> _records = new(ReferenceEqualityComparer.Instance);
    private long _textLength;

    // Archives before PyTorch 1.4 have a list of tensors, whose names are in their tree of modules.
    private readonly Dictionary<TensorView, string> _stateNames = new(ReferenceEqualityComparer.Instance);

    internal long TensorCount { get; private set; }

    /// <summary>Elements of all tensors; those of one memory count once.</summary>
    internal Int128 ParameterCount { get; private set; }

    internal Int128 StorageBytes { get; private set; }

    /// <summary>NumPy arrays; one that stands in several places counts once. They are not counted as tensors.</summary>
    internal long ArrayCount { get; private set; }

    internal long ArrayBytes { get; private set; }

    internal int StorageCount => _storages.Count;

    /// <summary>The bytes of all tensors that <see cref="Hash"/> reads.</summary>
    internal Int128 BytesToHash => _hashes.Keys.Aggregate((Int128)0, (sum, tensor) => sum + tensor.View.ByteLength);

    /// <summary>How much text may be listed of a file of so many bytes.</summary>
    internal static long MaxTextLength(long fileLength) => FreeText + (TextPerByte * fileLength);

    /// <param name="checkpoint">What is looked at.</param>
    /// <param name="maxTextLength">How much text may be listed, or null where only a part will be.</param>
    /// <exception cref="CommandException">It is more.</exception>
    internal static Survey Of(Checkpoint checkpoint, long? maxTextLength)
    {
        var survey = new Survey();
        if (checkpoint is { Format: CheckpointFormat.TorchScript, Root: PyDict })
        {
            survey.FindStateNames(checkpoint);
        }

        var open = new List<(int Place, long PathLength)>();
        var closedAt = int.MaxValue;
        var views = new HashSet<(TensorStorage Storage, ElementType Type, long Offset, string Layout)>();
        foreach (var entry in checkpoint.Walk())
        {
            open.RemoveRange(entry.Depth, open.Count - entry.Depth);
            long length = 0;
            if (maxTextLength is not null)
            {
                length = entry.Step.Length + (open.Count > 0 ? open[^1].PathLength : 0);
                if (entry.Depth <= closedAt)
                {
                    var repr = entry.Above is null ? JsonReport.ReprOf(entry) : null;
                    closedAt = repr is null ? int.MaxValue : entry.Depth;
                    survey._textLength += length + JsonReport.LengthOf(entry.Value, repr) + (entry.Above is { } above ? open[above.Depth].PathLength : 0);
                    survey.CheckLength(maxTextLength.Value);
                }
            }

            if (open.Count > 0)
            {
                survey._childCounts[open[^1].Place]++;
            }

            open.Add((survey._childCounts.Count, length));
            survey._childCounts.Add(0);
            if (entry is { Value: PyTensor tensor, Above: null })
            {
                survey.Add(entry, tensor, views);
            }
            else if (entry.Value is PyObject record)
            {
                survey.AddArray(record);
            }
        }

        return survey;
    }

    /// <summary>Reads every tensor that has bytes, once.</summary>
    internal void Hash()
    {
        foreach (var tensor in _hashes.Keys)
        {
            // Setting what is there is no change of the keys.
            _hashes[tensor] = TensorHash.Of(tensor.View);
        }
    }

    /// <summary>The number of entries right under one, which is given by its place in the walk.</summary>
    internal int ChildCount(int place) => _childCounts[place];

    internal StorageUse UseOf(TensorStorage storage) => _storages[storage];

    /// <summary>The SHA-256 of a tensor's elements, or null when none was asked for or the tensor has none.</summary>
    internal string? HashOf(PyTensor tensor) => _hashes.GetValueOrDefault(tensor);

    /// <summary>What the state_dict calls a tensor that has no name where it stands; else null.</summary>
    internal string? StateNameOf(PyTensor tensor) => _stateNames.GetValueOrDefault(tensor.View);

    private void CheckLength(long max)
    {
        if (_textLength > max)
        {
            throw new CommandException($"the paths and texts of its values would take more than {Quantity.Bytes(max)}, which is the most that is listed of a file of this size");
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

    // A file can name one array as often as it likes: it is looked at once.
    private void AddArray(PyObject record)
    {
        if (record.Callable is PyGlobal { Module: var module } && module.StartsWith("numpy.", StringComparison.Ordinal) && _records.Add(record) && record.TryAsArray(out var array))
        {
            ArrayCount++;
            ArrayBytes += array.Bytes.Length;
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

        if (view.Storage.Location != TensorHash.MetaLocation)
        {
            _hashes.TryAdd(tensor, null);
        }
    }
}
