using System.Globalization;
using System.Text;
using Torchkeep.Pickle;
using Torchkeep.Tensors;

namespace Torchkeep.Torch;

/// <summary>
/// Encodes a graph as <c>torch.save</c> would: protocol 2, shared objects once, storages as persistent ids with keys in
/// order of first use (CPython Lib/pickle.py for the plain parts, torch/serialization.py and torch/_tensor.py for the
/// rest). Works off a stack of pending steps, so depth costs memory and not call stack.
/// </summary>
internal sealed class TorchPickleEncoder
{
    // CPython's pickler writes containers in batches of this many (Lib/pickle.py, _BATCHSIZE).
    private const int BatchSize = 1000;

    private readonly StoragePlan _plan;
    private readonly bool _isStream;
    private readonly PickleWriter _writer = new();
    private readonly Stack<Step> _pending = new();
    private readonly EncoderMemo _memo = new();
    private readonly Dictionary<string, int> _textMemo = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _keyMemo = new(StringComparer.Ordinal);
    private readonly Dictionary<PyGlobal, int> _globalMemo = [];
    private readonly Dictionary<TensorStorage, (StorageRecord Record, ElementType? Type, int SwapSize)> _storages = new(ReferenceEqualityComparer.Instance);
    private readonly List<StorageRecord> _order = [];
    private readonly Dictionary<PyValue, int> _openSets = new(ReferenceEqualityComparer.Instance);
    private int _setCount;
    private string? _lastKey;

    private TorchPickleEncoder(StoragePlan plan, bool isStream)
    {
        _plan = plan;
        _isStream = isStream;
    }

    /// <summary>What a pending step does: of the frequent ones none is an object.</summary>
    private enum StepKind
    {
        Value,
        MadeValue,
        Key,
        Opcode,
        Put,
        MadePut,
        Other,
    }

    /// <summary>The pickle, and the storages it names in the order of their keys.</summary>
    /// <param name="root">The object.</param>
    /// <param name="plan">Over which storages its tensors are written.</param>
    /// <param name="isStream">Whether it is for the stream format, whose persistent ids have one item more.</param>
    internal static (ReadOnlyMemory<byte> Pickle, IReadOnlyList<StorageRecord> Storages) Encode(PyValue root, StoragePlan? plan = null, bool isStream = false)
    {
        var encoder = new TorchPickleEncoder(plan ?? StoragePlan.Unchanged, isStream);
        encoder._writer.WriteProtocol();
        encoder.Later(root);
        while (encoder._pending.TryPop(out var step))
        {
            encoder.Do(step);
        }

        encoder._writer.WriteOpcode(PickleOpcode.Stop);
        return (encoder._writer.Written, encoder._order);
    }

    private void Do(Step step)
    {
        switch (step.Kind)
        {
            case StepKind.Value or StepKind.MadeValue:
                Write(step.Value!, step.Kind == StepKind.MadeValue);
                break;
            case StepKind.Key:
                // Messages about a storage name the entry it was met in.
                _lastKey = (step.Value as PyString)?.Value ?? _lastKey;
                Write(step.Value!, isMade: false);
                break;
            case StepKind.Opcode:
                _writer.WriteOpcode(step.Opcode);
                break;
            case StepKind.Put or StepKind.MadePut:
                PutNow(step.Value!, step.Kind == StepKind.MadePut);
                break;
            default:
                step.Other!();
                break;
        }
    }

    // What is made for a tensor alone is met once, and needs no place among what can be met again.
    private void Later(PyValue value, bool isMade = false) => _pending.Push(new(isMade ? StepKind.MadeValue : StepKind.Value, value));

    private void LaterKey(PyValue key) => _pending.Push(new(StepKind.Key, key));

    private void Later(PickleOpcode opcode) => _pending.Push(new(StepKind.Opcode, Value: null, opcode));

    private void Write(PyValue value, bool isMade)
    {
        switch (value)
        {
            case PyNone:
                _writer.WriteOpcode(PickleOpcode.None);
                break;
            case PyBool truth:
                _writer.WriteOpcode(truth.Value ? PickleOpcode.NewTrue : PickleOpcode.NewFalse);
                break;
            case PyInt number:
                _writer.WriteInteger(number);
                break;
            case PyFloat number:
                _writer.WriteFloat(number.Value);
                break;
            case PyString text:
                WriteText(text.Value);
                break;
            case PyGlobal global:
                WriteGlobal(global);
                break;
            case PyTuple { Items.IsEmpty: true }:
                _writer.WriteOpcode(PickleOpcode.EmptyTuple);
                break;
            default:
                if (!isMade && _memo.TryGetNumber(value, out var index))
                {
                    _writer.WriteGet(index);
                }
                else
                {
                    WriteObject(value, isMade);
                }

                break;
        }
    }

    private void WriteObject(PyValue value, bool isMade)
    {
        switch (value)
        {
            case PyTuple tuple:
                WriteTuple(tuple, isMade);
                break;
            case PyList list:
                _writer.WriteOpcode(PickleOpcode.EmptyList);
                Put(list);
                LaterItems(list.Count > 0 ? list.Items : []);
                break;
            case PyDict dict:
                WriteDict(dict, isMade);
                break;
            case PySet set:
                Open(set);
                WriteCall(set, set.IsFrozen ? TorchNames.FrozenSet : TorchNames.Set, new PyTuple(new PyList(set.Items)));
                break;
            case PyBytes bytes:
                WriteBytes(bytes);
                break;
            case PyComplex number:
                WriteCall(number, TorchNames.Complex, new PyTuple(number.Value.Real, number.Value.Imaginary));
                break;
            case PyTensor tensor:
                WriteTensor(tensor);
                break;
            case PyCompositeTensor tensor:
                WriteCall(tensor, TensorCalls.Of(tensor));
                break;
            case PyStorage storage:
                WriteStorage(storage.Storage, storage.ElementType, storage.Viewed ?? storage.ElementType);
                break;
            case PyObject record:
                WriteRecord(record);
                break;
            default:
                throw new UnsupportedCheckpointException($"a value of kind {value.TypeName} cannot be saved");
        }
    }

    // A set is put after its members. Met again inside of them with nothing put in between but the lists that sets are
    // written as, it would be written without end.
    private void Open(PySet set)
    {
        var put = _memo.Count - _setCount++;
        if (_openSets.TryGetValue(set, out var before) && before == put)
        {
            throw new UnsupportedCheckpointException("a set that is its own member cannot be saved");
        }

        _openSets[set] = put;
    }

    private void WriteText(string text)
    {
        WriteText(text, _textMemo);
    }

    private void WriteText(string text, Dictionary<string, int> memo)
    {
        if (memo.TryGetValue(text, out var index))
        {
            _writer.WriteGet(index);
            return;
        }

        _writer.WriteText(text);
        var number = _memo.AddNameless();
        memo.Add(text, number);
        _writer.WritePut(number);
    }

    private void WriteGlobal(PyGlobal global)
    {
        global = TorchNames.ToPython2(global);
        if (_globalMemo.TryGetValue(global, out var index))
        {
            _writer.WriteGet(index);
            return;
        }

        if ((global.Module + global.Name).Contains('\n', StringComparison.Ordinal))
        {
            throw new UnsupportedCheckpointException($"the name {global} has a line break, which a protocol 2 pickle cannot hold");
        }

        _writer.WriteGlobal(global.Module, global.Name);
        var number = _memo.AddNameless();
        _globalMemo.Add(global, number);
        _writer.WritePut(number);
    }

    private void Put(PyValue value, bool isMade = false) => _writer.WritePut(isMade ? _memo.AddNameless() : _memo.Add(value));

    private void LaterPut(PyValue value, bool isMade = false) => _pending.Push(new(isMade ? StepKind.MadePut : StepKind.Put, value));

    private void PutNow(PyValue value, bool isMade)
    {
        _openSets.Remove(value);

        // A value that holds itself by way of its own arguments was put on the way, and is that one.
        if (!isMade && _memo.TryGetNumber(value, out var index))
        {
            _writer.WriteOpcode(PickleOpcode.Pop);
            _writer.WriteGet(index);
            return;
        }

        Put(value, isMade);
        if (value is PyObject record)
        {
            LaterState(record.State);
            LaterEntries(record.Entries ?? []);
            LaterItems(record.Items?.Items ?? []);
        }
    }

    private void WriteTuple(PyTuple tuple, bool isMade)
    {
        LaterPut(tuple, isMade);
        Later(tuple.Items.Length switch
        {
            1 => PickleOpcode.Tuple1,
            2 => PickleOpcode.Tuple2,
            3 => PickleOpcode.Tuple3,
            _ => PickleOpcode.Tuple,
        });
        for (var i = tuple.Items.Length - 1; i >= 0; i--)
        {
            Later(tuple.Items[i], isMade);
        }

        if (tuple.Items.Length > 3)
        {
            _writer.WriteOpcode(PickleOpcode.Mark);
        }
    }

    private void WriteDict(PyDict dict, bool isMade)
    {
        if (!dict.IsOrdered && dict.Attributes is null)
        {
            _writer.WriteOpcode(PickleOpcode.EmptyDict);
            Put(dict, isMade);
            LaterEntries(dict);
            return;
        }

        WriteGlobal(TorchNames.OrderedDict);
        _writer.WriteOpcode(PickleOpcode.EmptyTuple);
        _writer.WriteOpcode(PickleOpcode.Reduce);
        Put(dict, isMade);
        LaterState(dict.Attributes);
        LaterEntries(dict);
    }

    private void WriteBytes(PyBytes bytes)
    {
        var encoded = bytes.Value.IsEmpty
            ? null
            : new PyTuple(Encoding.Latin1.GetString(bytes.Value.Span), "latin1");
        if (!bytes.IsByteArray)
        {
            WriteCall(bytes, encoded is null ? TorchNames.Bytes : TorchNames.Encode, encoded ?? PyTuple.Empty);
            return;
        }

        WriteCall(bytes, TorchNames.ByteArray, encoded is null ? PyTuple.Empty : new PyTuple(new PyObject(PyObjectKind.Call, TorchNames.Encode, encoded)));
    }

    private void WriteTensor(PyTensor tensor)
    {
        var view = _plan.ViewOf(tensor.View);
        var info = ElementTypeInfo.Of(view.ElementType);
        if (!info.IsTorchType)
        {
            TorchThrow.NoTorchType(_lastKey, info);
        }

        if (_isStream && info.StorageClass is null && !view.Storage.IsImplied)
        {
            TorchThrow.YoungTypeInStream(_lastKey, info);
        }

        var (callable, arguments) = TensorCalls.Of(tensor, view);
        WriteCall(tensor, callable, arguments, isMade: callable == TorchNames.RebuildTensorV2 || callable == TorchNames.RebuildTensorV3);
    }

    private void WriteStorage(TensorStorage storage, ElementType? type, ElementType? viewed)
    {
        var isMeta = storage.Location == TorchNames.MetaLocation;
        var swapSize = storage.IsBigEndian && viewed is { } elements ? ElementTypeInfo.Of(elements).SwapSize : 1;
        if (_isStream && type is null && !isMeta)
        {
            TorchThrow.UntypedInStream(_lastKey);
        }

        if (!_storages.TryGetValue(storage, out var known))
        {
            var bytes = swapSize > 1 ? new SwappedByteSource(storage.Bytes, swapSize) : storage.Bytes;
            known = (new(_storages.Count.ToString(CultureInfo.InvariantCulture), bytes, type, _lastKey), type, swapSize);
            _storages.Add(storage, known);
            if (!isMeta)
            {
                _order.Add(known.Record);
            }
        }
        else if (known.Type != type)
        {
            TorchThrow.TwoElementTypes(_lastKey, known.Type ?? ElementType.UInt8, type ?? ElementType.UInt8);
        }
        else if (known.SwapSize != swapSize)
        {
            TorchThrow.TwoByteOrders(_lastKey, known.SwapSize, swapSize);
        }

        var info = ElementTypeInfo.Of(type ?? ElementType.UInt8);
        _writer.WriteOpcode(PickleOpcode.Mark);
        WriteText(TorchNames.StorageTag);
        WriteGlobal(type is null ? TorchNames.UntypedStorageGlobal : new PyGlobal("torch", info.StorageClass!));

        // Python's pickler knows objects, not values: the "0" of a storage is none that is met elsewhere.
        WriteText(known.Record.Key, _keyMemo);
        WriteText(storage.Location);
        _writer.WriteInteger(PyInt.From(storage.ByteLength / info.ByteSize));
        if (_isStream)
        {
            // No part of another storage.
            _writer.WriteOpcode(PickleOpcode.None);
        }

        _writer.WriteOpcode(PickleOpcode.Tuple);
        _writer.WritePut(_memo.AddNameless());
        _writer.WriteOpcode(PickleOpcode.BinPersId);
    }

    private void WriteRecord(PyObject record)
    {
        LaterPut(record);
        if (record.KeywordArguments is not null)
        {
            // Protocol 2 has no opcode for keywords: Python's own function for it is called (Lib/copyreg.py).
            Later(PickleOpcode.Reduce);
            Later(PickleOpcode.Tuple3);
            Later(record.KeywordArguments);
            Later(record.Arguments);
            Later(record.Callable);
            Later(TorchNames.NewObjEx);
            return;
        }

        Later(record.Kind == PyObjectKind.New ? PickleOpcode.NewObj : PickleOpcode.Reduce);
        Later(record.Arguments);
        Later(record.Callable);
    }

    private void WriteCall(PyValue value, (PyGlobal Callable, PyTuple Arguments) call) => WriteCall(value, call.Callable, call.Arguments);

    private void WriteCall(PyValue value, PyGlobal callable, PyTuple arguments, bool isMade = false)
    {
        LaterPut(value);
        Later(PickleOpcode.Reduce);
        Later(arguments, isMade);
        Later(callable);
    }

    private void LaterState(PyValue? state)
    {
        if (state is not null)
        {
            Later(PickleOpcode.Build);
            Later(state);
        }
    }

    private void LaterItems(List<PyValue> items)
    {
        if (items.Count > 0)
        {
            LaterBatch(items, 0, PickleOpcode.Append, PickleOpcode.Appends, static (encoder, item) => encoder.Later(item));
        }
    }

    private void LaterEntries(PyDict dict)
    {
        if (dict.Count > 0)
        {
            LaterBatch([.. dict], 0, PickleOpcode.SetItem, PickleOpcode.SetItems, static (encoder, entry) =>
            {
                encoder.Later(entry.Value);
                encoder.LaterKey(entry.Key);
            });
        }
    }

    // One batch at a time, so that the pending steps stay few.
    private void LaterBatch<T>(List<T> items, int start, PickleOpcode single, PickleOpcode many, Action<TorchPickleEncoder, T> later) =>
        _pending.Push(new(StepKind.Other, Other: () =>
        {
            var end = Math.Min(start + BatchSize, items.Count);
            if (end < items.Count)
            {
                LaterBatch(items, end, single, many, later);
            }

            Later(end - start == 1 ? single : many);
            for (var i = end - 1; i >= start; i--)
            {
                later(this, items[i]);
            }

            if (end - start > 1)
            {
                _writer.WriteOpcode(PickleOpcode.Mark);
            }
        }));

    private readonly record struct Step(StepKind Kind, PyValue? Value = null, PickleOpcode Opcode = default, Action? Other = null);
}
