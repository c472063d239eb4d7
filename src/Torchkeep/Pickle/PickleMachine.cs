using System.Globalization;
using System.Numerics;
using System.Text;
using Torchkeep.IO;

namespace Torchkeep.Pickle;

/// <summary>
/// Runs one pickle of protocol 0 to 5 into inert values. Names stay names; calls become what the host says they stand
/// for, or records. Source of every rule: CPython Lib/pickle.py and Lib/pickletools.py.
/// </summary>
internal ref struct PickleMachine
{
    // One opcode can take a hundred times its own byte; so many take little enough.
    private const int OpcodesBetweenLooks = 1 << 12;

    private const int MaxProtocol = 5;

    private const int NoFrame = -1;
    // No name that has a meaning is longer.
    private const int MaxKnownName = 256;

    // Attributes that states give to objects that have some already: a second's work, and more in a long pickle.
    private const int FreeMerges = 4_000_000;
    private const int MergesPerByte = 8;

    private readonly IPickleHost _host;
    private readonly ReadLimits _limits;
    private readonly string? _record;
    private readonly PickleStack _stack;
    private readonly PickleMemo _memo;
    private readonly FileBudget _budget;
    private SpanCursor _cursor;
    private int _frameEnd = NoFrame;

    // The attributes that no other value holds: made of several states.
    private HashSet<PyDict>? _merged;
    private long _merges;

    private PickleMachine(ReadOnlySpan<byte> pickle, string? record, int position, IPickleHost host, ReadLimits limits, FileBudget budget)
    {
        _budget = budget;
        _host = host;
        _limits = limits;
        _record = record;
        _stack = new(limits.MaxDepth);
        _memo = new(host.HasRawBytes ? PickleFetches.Any : PickleFetches.In(pickle[position..]), limits.MaxMemoEntries);
        _cursor = new(pickle, record, position);
    }

    /// <summary>Runs the pickle that starts at <paramref name="position"/>, and leaves that at the byte after its end.</summary>
    internal static PyValue Run(ReadOnlySpan<byte> bytes, ref int position, string? record, IPickleHost host, ReadLimits limits, FileBudget? budget = null)
    {
        var machine = new PickleMachine(bytes, record, position, host, limits, budget ?? new(limits, bytes.Length));
        var value = machine.Run();
        position = machine._cursor.Position;
        return value;
    }

    private PyValue Run()
    {
        long count = 0;
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var at = _cursor.Position;
        try
        {
            while (true)
            {
                at = _cursor.Position;
                if (count++ == _limits.MaxOpcodes)
                {
                    PickleThrow.OverLimit("opcodes", _limits.MaxOpcodes, nameof(ReadLimits.MaxOpcodes));
                }

                if (count % OpcodesBetweenLooks == 0)
                {
                    CheckMemory(GC.GetAllocatedBytesForCurrentThread() - allocated);
                }

                var opcode = (PickleOpcode)_cursor.TakeByte();
                if (opcode == PickleOpcode.Stop)
                {
                    LeaveFrame(mustEnd: true);
                    _budget.AddOpcodes(count);
                    return _stack.Pop();
                }

                Execute(opcode);
                LeaveFrame(mustEnd: false);
            }
        }
        catch (CheckpointException error)
        {
            if (error.Record is null)
            {
                error.Record = _record;
                error.Offset ??= at;
            }

            if (error.TensorName is null && _stack.TryFindNearestString(out var name))
            {
                error.TensorName = name;
            }

            throw;
        }
    }

    private readonly void CheckMemory(long allocated)
    {
        var limit = _budget.MaxPickleMemory;
        if (allocated > limit)
        {
            PickleThrow.OverLimit("values that take memory", limit, limit < _limits.MaxPickleMemory ? nameof(ReadLimits.MaxMemoryRatio) : nameof(ReadLimits.MaxPickleMemory));
        }
    }

    private void Execute(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.Proto:
                var protocol = _cursor.TakeByte();
                if (protocol > MaxProtocol)
                {
                    PickleThrow.UnknownProtocol(protocol);
                }

                break;
            case PickleOpcode.Frame:
                EnterFrame(_cursor.TakeUInt64());
                break;

            case PickleOpcode.None:
                _stack.Push(PyNone.Value);
                break;
            case PickleOpcode.NewTrue:
                _stack.Push(PyBool.True);
                break;
            case PickleOpcode.NewFalse:
                _stack.Push(PyBool.False);
                break;
            case PickleOpcode.BinInt:
                _stack.Push(PyInt.From(_cursor.TakeInt32()));
                break;
            case PickleOpcode.BinInt1:
                _stack.Push(PyInt.From(_cursor.TakeByte()));
                break;
            case PickleOpcode.BinInt2:
                _stack.Push(PyInt.From(_cursor.TakeUInt16()));
                break;
            case PickleOpcode.Long1:
                _stack.Push(PyInt.From(new BigInteger(_cursor.Take(_cursor.TakeByte()))));
                break;
            case PickleOpcode.Long4:
                _stack.Push(PyInt.From(new BigInteger(TakeBytes(_cursor.TakeInt32()))));
                break;
            case PickleOpcode.Int:
                _stack.Push(ParseInt(_cursor.TakeLine()));
                break;
            case PickleOpcode.Long:
                _stack.Push(PyInt.From(ParseInteger(_cursor.TakeLine().TrimEnd((byte)'L'))));
                break;
            case PickleOpcode.BinFloat:
                _stack.Push(new PyFloat(_cursor.TakeDoubleBigEndian()));
                break;
            case PickleOpcode.Float:
                _stack.Push(new PyFloat(ParseFloat(_cursor.TakeLine())));
                break;

            case PickleOpcode.BinUnicode:
                PushText(_cursor.TakeUInt32());
                break;
            case PickleOpcode.ShortBinUnicode:
                PushText(_cursor.TakeByte());
                break;
            case PickleOpcode.BinUnicode8:
                PushText(_cursor.TakeInt64());
                break;
            case PickleOpcode.Unicode:
                _stack.Push(new PyString(PickleText.DecodeRawUnicodeEscape(_cursor.TakeLine())));
                break;
            case PickleOpcode.ShortBinString:
                _stack.Push(PickleText.FromPython2(_cursor.Take(_cursor.TakeByte()), _host.Python2Text));
                break;
            case PickleOpcode.BinString:
                _stack.Push(PickleText.FromPython2(TakeBytes(_cursor.TakeInt32()), _host.Python2Text));
                break;
            case PickleOpcode.String:
                _stack.Push(PickleText.FromPython2(PickleText.Unquote(_cursor.TakeLine()), _host.Python2Text));
                break;
            case PickleOpcode.ShortBinBytes:
                _stack.Push(new PyBytes(_cursor.Take(_cursor.TakeByte())));
                break;
            case PickleOpcode.BinBytes:
                _stack.Push(new PyBytes(TakeBytes(_cursor.TakeUInt32())));
                break;
            case PickleOpcode.BinBytes8:
                _stack.Push(new PyBytes(TakeBytes(_cursor.TakeInt64())));
                break;
            case PickleOpcode.ByteArray8:
                _stack.Push(new PyBytes(TakeBytes(_cursor.TakeInt64()), isByteArray: true));
                break;

            case PickleOpcode.EmptyTuple:
                _stack.Push(PyTuple.Empty);
                break;
            case PickleOpcode.Tuple1:
                _stack.Push(new PyTuple(_stack.Pop(1)));
                break;
            case PickleOpcode.Tuple2:
                _stack.Push(new PyTuple(_stack.Pop(2)));
                break;
            case PickleOpcode.Tuple3:
                _stack.Push(new PyTuple(_stack.Pop(3)));
                break;
            case PickleOpcode.Tuple:
                _stack.Push(new PyTuple(_stack.PopToMark().ToArray()));
                break;
            case PickleOpcode.EmptyList:
                _stack.Push(new PyList());
                break;
            case PickleOpcode.List:
                _stack.Push(new PyList(_stack.PopToMark().ToArray()));
                break;
            case PickleOpcode.EmptyDict:
                _stack.Push(new PyDict());
                break;
            case PickleOpcode.Dict:
                var entries = _stack.PopToMark().ToArray();
                _stack.Push(new PyDict());
                SetItems(entries);
                break;
            case PickleOpcode.EmptySet:
                _stack.Push(new PySet());
                break;
            case PickleOpcode.FrozenSet:
                PushFrozenSet(_stack.PopToMark().ToArray());
                break;

            case PickleOpcode.Append:
                AppendItems([_stack.Pop()]);
                break;
            case PickleOpcode.Appends:
                AppendItems(_stack.PopToMark());
                break;
            case PickleOpcode.SetItem:
                SetItems(_stack.Pop(2));
                break;
            case PickleOpcode.SetItems:
                SetItems(_stack.PopToMark());
                break;
            case PickleOpcode.AddItems:
                AddMembers(_stack.PopToMark());
                break;

            case PickleOpcode.Mark:
                _stack.Mark();
                break;
            case PickleOpcode.Pop:
                _stack.PopValueOrMark();
                break;
            case PickleOpcode.PopMark:
                _stack.PopToMark();
                break;
            case PickleOpcode.Dup:
                _stack.Push(_stack.Peek());
                break;

            case PickleOpcode.BinGet:
                _stack.Push(_memo.Get(_cursor.TakeByte()));
                break;
            case PickleOpcode.LongBinGet:
                _stack.Push(_memo.Get(_cursor.TakeUInt32()));
                break;
            case PickleOpcode.Get:
                _stack.Push(_memo.Get(ParseIndex(_cursor.TakeLine())));
                break;
            case PickleOpcode.BinPut:
                _memo.Put(_cursor.TakeByte(), _stack.Peek());
                break;
            case PickleOpcode.LongBinPut:
                _memo.Put(_cursor.TakeUInt32(), _stack.Peek());
                break;
            case PickleOpcode.Put:
                _memo.Put(ParseIndex(_cursor.TakeLine()), _stack.Peek());
                break;
            case PickleOpcode.Memoize:
                _memo.Put(_memo.Count, _stack.Peek());
                break;

            case PickleOpcode.Global:
                _stack.Push(TakeGlobal());
                break;
            case PickleOpcode.StackGlobal:
                var name = PopText();
                _stack.Push(new PyGlobal(PopText(), name));
                break;
            case PickleOpcode.Reduce:
                var given = _stack.Pop();
                var reduced = _stack.Pop();
                PushCall(reduced, given as PyTuple ?? OneArgument(reduced, given));
                break;
            case PickleOpcode.NewObj:
                var newArguments = PopTuple();
                PushNew(_stack.Pop(), newArguments, keywordArguments: null);
                break;
            case PickleOpcode.NewObjEx:
                var keywords = Pop<PyDict>("a dict of keyword arguments");
                var positional = PopTuple();
                PushNew(_stack.Pop(), positional, keywords.Count == 0 ? null : keywords);
                break;
            case PickleOpcode.Inst:
                PushInstance(TakeGlobal(), new PyTuple(_stack.PopToMark().ToArray()));
                break;
            case PickleOpcode.Obj:
                var parts = _stack.PopToMark().ToArray();
                if (parts.Length == 0)
                {
                    PickleThrow.StackUnderflow();
                }

                PushInstance(parts[0], new PyTuple(parts[1..]));
                break;
            case PickleOpcode.Build:
                var state = _stack.Pop();
                Build(_stack.Peek(), state);
                if (_host.HasRawBytes && _host.TakeRawBytes(_stack.Peek(), ref _cursor) is { } made)
                {
                    _stack.Pop();
                    _stack.Push(made);
                }

                break;
            case PickleOpcode.BinPersId:
                _stack.Push(_host.LoadPersistent(_stack.Pop()));
                break;
            case PickleOpcode.PersId:
                _stack.Push(_host.LoadPersistent(new PyString(Encoding.Latin1.GetString(_cursor.TakeLine()))));
                break;

            case PickleOpcode.Ext1 or PickleOpcode.Ext2 or PickleOpcode.Ext4:
                PickleThrow.Unsupported(opcode, "a number for a class that only the writing program knows (copyreg.add_extension)");
                break;
            case PickleOpcode.NextBuffer or PickleOpcode.ReadOnlyBuffer:
                PickleThrow.Unsupported(opcode, "whose bytes were kept outside of the file (pickle's out-of-band buffers)");
                break;
            default:
                PickleThrow.UnknownOpcode((byte)opcode);
                break;
        }
    }

    // A hint for buffered reading, which changes nothing where it is right. Where it is wrong, versions of Python differ.
    private void EnterFrame(ulong length)
    {
        if (_frameEnd != NoFrame)
        {
            PickleThrow.BadFrame("a frame begins inside of another");
        }

        if (length > (ulong)_cursor.Remaining)
        {
            PickleThrow.BadFrame($"a frame of {length} bytes passes the end of the pickle");
        }

        _frameEnd = _cursor.Position + (int)length;
    }

    private void LeaveFrame(bool mustEnd)
    {
        if (_frameEnd == NoFrame)
        {
            return;
        }

        if (_cursor.Position > _frameEnd || (mustEnd && _cursor.Position < _frameEnd))
        {
            PickleThrow.BadFrame($"a frame ends at {_frameEnd}, where no instruction does");
        }

        _frameEnd = _cursor.Position == _frameEnd ? NoFrame : _frameEnd;
    }

    private ReadOnlySpan<byte> TakeBytes(long length)
    {
        if (length < 0)
        {
            PickleThrow.NegativeLength(length);
        }

        if (length > _limits.MaxStringBytes)
        {
            PickleThrow.OverLimit($"a value of {length} bytes", _limits.MaxStringBytes, nameof(ReadLimits.MaxStringBytes));
        }

        return _cursor.Take(length);
    }

    private void PushText(long length) => _stack.Push(new PyString(PickleText.DecodeUtf8(TakeBytes(length))));

    private PyGlobal TakeGlobal()
    {
        var module = PickleText.DecodeUtf8(_cursor.TakeLine());
        return new(module, PickleText.DecodeUtf8(_cursor.TakeLine()));
    }

    private readonly T Pop<T>(string expected)
        where T : PyValue
    {
        var value = _stack.Pop();
        if (value is not T wanted)
        {
            PickleThrow.WrongOperand(expected, value);
            return null!;
        }

        return wanted;
    }

    private readonly PyTuple PopTuple() => Pop<PyTuple>("a tuple of arguments");

    private readonly PyTuple OneArgument(PyValue callable, PyValue given)
    {
        if (callable is not PyGlobal name || !_host.TakesBareArgument(name))
        {
            PickleThrow.WrongOperand("a tuple of arguments", given);
        }

        return new(given);
    }

    private readonly string PopText() => Pop<PyString>("a name").Value;

    private readonly void PushCall(PyValue callable, PyTuple arguments)
    {
        var data = callable is PyGlobal global && MayBeKnown(global) ? _host.Call(global, arguments) : null;
        _stack.Push(data ?? new PyObject(PyObjectKind.Call, callable, arguments));
    }

    private readonly void PushNew(PyValue callable, PyTuple arguments, PyDict? keywordArguments)
    {
        var data = callable is PyGlobal global && keywordArguments is null && MayBeKnown(global) ? _host.New(global, arguments) : null;
        _stack.Push(data ?? new PyObject(PyObjectKind.New, callable, arguments, keywordArguments));
    }

    private static bool MayBeKnown(PyGlobal global) => global.Module.Length <= MaxKnownName && global.Name.Length <= MaxKnownName;

    // INST and OBJ call the class, except that one without arguments is made by __new__ (CPython Lib/pickle.py, _instantiate).
    private readonly void PushInstance(PyValue callable, PyTuple arguments) =>
        _stack.Push(new PyObject(arguments.Items.IsEmpty ? PyObjectKind.New : PyObjectKind.Call, callable, arguments));

    private readonly void PushFrozenSet(PyValue[] members)
    {
        var set = new PySet(isFrozen: true);
        foreach (var member in members)
        {
            set.Add(member);
        }

        _stack.Push(set);
    }

    private readonly void AppendItems(ReadOnlySpan<PyValue> items)
    {
        var target = _stack.Peek();
        var list = target as PyList ?? (target is PyObject record ? record.Items ??= new() : null);
        if (list is null)
        {
            PickleThrow.WrongOperand("a list to append to", target);
            return;
        }

        if (!items.IsEmpty)
        {
            list.Items.AddRange(items);
        }
    }

    private readonly void AddMembers(ReadOnlySpan<PyValue> items)
    {
        var target = _stack.Peek();
        if (target is not PySet set)
        {
            PickleThrow.WrongOperand("a set to add to", target);
            return;
        }

        foreach (var item in items)
        {
            set.Add(item);
        }
    }

    private readonly void SetItems(ReadOnlySpan<PyValue> items)
    {
        if (items.Length % 2 != 0)
        {
            PickleThrow.OddItems();
        }

        var target = _stack.Peek();
        var dict = target as PyDict ?? (target is PyObject record ? record.Entries ??= [] : null);
        if (dict is null)
        {
            PickleThrow.WrongOperand("a dict to set items in", target);
            return;
        }

        for (var i = 0; i < items.Length; i += 2)
        {
            dict[items[i]] = items[i + 1];
        }
    }

    private void Build(PyValue target, PyValue state)
    {
        switch (target)
        {
            case PyObject record:
                record.State = Merge(record.State, state);
                break;
            case PyDict dict when state is PyDict:
                dict.Attributes = (PyDict)Merge(dict.Attributes, state);
                break;
            case not PyDict when _host.TryBuild(target, state):
                break;
            default:
                PickleThrow.WrongOperand("an object that takes a state", target);
                break;
        }
    }

    // Two BUILDs of attributes update the same attributes, and two of attributes and slots both (Lib/pickle.py, load_build).
    // The state itself may be met again, and stays what it is.
    private PyValue Merge(PyValue? before, PyValue state) =>
        before is PyDict attributes && state is PyDict update ? Update(attributes, update)
        : HasSlots(before, out var known, out var knownSlots) && HasSlots(state, out var given, out var givenSlots)
            ? new PyTuple(MergePart(known, given), MergePart(knownSlots, givenSlots))
        : state;

    private PyValue MergePart(PyValue before, PyValue state) => before is PyNone ? state : state is PyNone ? before : Update((PyDict)before, (PyDict)state);

    private static bool HasSlots(PyValue? state, out PyValue attributes, out PyValue slots)
    {
        (attributes, slots) = state is PyTuple { Items: [PyDict or PyNone, PyDict or PyNone] } both ? (both.Items[0], both.Items[1]) : (state ?? PyNone.Value, PyNone.Value);
        return state is PyTuple ? attributes != state : state is PyDict;
    }

    private PyDict Update(PyDict attributes, PyDict update)
    {
        _merged ??= new(ReferenceEqualityComparer.Instance);
        if (!_merged.Contains(attributes))
        {
            var own = new PyDict();
            AddAll(own, attributes);
            _merged.Add(own);
            attributes = own;
        }

        AddAll(attributes, update);
        return attributes;
    }

    // One state can be given many times.
    private void AddAll(PyDict target, PyDict entries)
    {
        _merges += entries.Count;
        var limit = FreeMerges + ((long)MergesPerByte * (_cursor.Position + _cursor.Remaining));
        if (_merges > limit)
        {
            PickleThrow.OverLimit("attributes that are set again and again", limit, nameof(ReadLimits.MaxEntries));
        }

        foreach (var (key, value) in entries)
        {
            target[key] = value;
        }
    }

    private static PyValue ParseInt(ReadOnlySpan<byte> line) =>
        line.SequenceEqual("00"u8) ? PyBool.False : line.SequenceEqual("01"u8) ? PyBool.True : PyInt.From(ParseInteger(line.TrimEnd((byte)'L')));

    private static BigInteger ParseInteger(ReadOnlySpan<byte> line)
    {
        // Python itself refuses decimal text over 4,300 digits, whose conversion takes time that grows with their square.
        const int MaxDigits = 4300;
        var text = Encoding.Latin1.GetString(line);
        if (text.Length > MaxDigits || !BigInteger.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var value))
        {
            PickleThrow.BadText("decimal integer", text.Length > 40 ? text[..40] + "…" : text);
            return default;
        }

        return value;
    }

    private static long ParseIndex(ReadOnlySpan<byte> line)
    {
        var index = ParseInteger(line);
        if (index < 0 || index > uint.MaxValue)
        {
            PickleThrow.BadText("memo index", index.ToString(CultureInfo.InvariantCulture));
        }

        return (long)index;
    }

    private static double ParseFloat(ReadOnlySpan<byte> line)
    {
        var text = Encoding.Latin1.GetString(line).Trim();
        switch (text.ToUpperInvariant())
        {
            case "INF" or "INFINITY":
                return double.PositiveInfinity;
            case "-INF" or "-INFINITY":
                return double.NegativeInfinity;
            case "NAN":
                return double.NaN;
        }

        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
        {
            PickleThrow.BadText("float", text);
        }

        return value;
    }
}
