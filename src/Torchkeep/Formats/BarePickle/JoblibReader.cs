using Torchkeep.IO;
using Torchkeep.Pickle;
using Torchkeep.Tensors;
using Torchkeep.Torch;
using Torchkeep.Torch.Rebuild;
using Torchkeep.Values;

namespace Torchkeep.Formats.BarePickle;

/// <summary>
/// What <c>joblib.dump</c> writes, as scikit-learn and skorch use it: a pickle with the bytes of NumPy's arrays between its
/// opcodes, behind the object that says what they are (joblib/numpy_pickle.py, <c>NumpyArrayWrapper</c>). Each array comes as
/// the record that NumPy's own pickle has of it.
/// </summary>
internal sealed class JoblibReader(TorchPickleHost torch) : IPickleHost
{
    private static readonly byte[] _module = [.. "joblib.numpy_pickle"u8];
    /// <summary>The class of what stands before an array's bytes.</summary>
    internal static PyGlobal Wrapper { get; } = new("joblib.numpy_pickle", "NumpyArrayWrapper");
    private static readonly PyGlobal _frombuffer = new("numpy._core.numeric", "_frombuffer");

    public Python2Text Python2Text => torch.Python2Text;

    public bool HasRawBytes => true;

    /// <summary>The object, or null where the file has no such arrays. The file is read whole.</summary>
    internal static async ValueTask<CheckpointContents?> TryOpenAsync(ByteSource source, ReadOptions options, bool async, CancellationToken cancellationToken)
    {
        if (source.Length > Math.Min(options.Limits.MaxPickleBytes, Array.MaxLength))
        {
            return null;
        }

        var bytes = new byte[source.Length];
        await source.ReadAsync(0, bytes, async, cancellationToken).ConfigureAwait(false);
        return bytes.AsSpan().IndexOf(_module) < 0 ? null : Run(bytes, source, options);
    }

    public PyValue? Call(PyGlobal callable, PyTuple arguments) => torch.Call(callable, arguments);

    public PyValue? New(PyGlobal type, PyTuple arguments) => torch.New(type, arguments);

    public bool TryBuild(PyValue target, PyValue state) => torch.TryBuild(target, state);

    public PyValue LoadPersistent(PyValue id) => torch.LoadPersistent(id);

    public PyValue? TakeRawBytes(PyValue built, ref SpanCursor cursor)
    {
        if (built is not PyObject { Callable: PyGlobal callable, State: PyDict state } || !callable.Equals(Wrapper))
        {
            return null;
        }

        if (!state.TryGet("dtype", out var dtype) || NumpyReader.Type(dtype) is not { } type || !state.TryGet("shape", out var shape))
        {
            throw new InvalidCheckpointException("an array of joblib must have a dtype and a shape");
        }

        if (type.Kind == 'O')
        {
            throw new UnsupportedCheckpointException("the file has an array of objects by joblib, which is a pickle inside of the pickle: write the file with pickle.dump, or torch.save, in Python");
        }

        // Newer files align the bytes: a length, and so many bytes of no meaning.
        if (state.TryGet("numpy_array_alignment_bytes", out var alignment) && alignment is PyInt)
        {
            cursor.Take(cursor.TakeByte());
        }

        var count = TensorLayout.CountElements(RebuildArguments.Numbers(shape).AsSpan(), Math.Max(1, type.ItemSize));
        var order = state.TryGet("order", out var given) && given is PyString { Value: "F" } ? "F" : "C";
        return new PyObject(PyObjectKind.Call, _frombuffer, new(new PyBytes(cursor.Take(count * type.ItemSize)), dtype, shape, order));
    }

    private static CheckpointContents Run(byte[] bytes, ByteSource source, ReadOptions options)
    {
        var names = new TensorNames();
        var host = new JoblibReader(new TorchPickleHost(new NoStorages(), options.Limits, names, options.Python2Text, options.Budget));
        var position = 0;
        try
        {
            var root = PickleMachine.Run(bytes, ref position, record: null, host, options.Limits);
            return new(root, names) { Length = position };
        }
        catch (CheckpointException error)
        {
            error.File ??= source.Name;
            throw;
        }
    }

    private sealed class NoStorages : IStorageLookup
    {
        public bool IsBigEndian => false;

        public ByteSource Find(string key, long elements, ElementTypeInfo type) => throw new InvalidCheckpointException($"a file of joblib has no storage '{key}'");
    }
}
