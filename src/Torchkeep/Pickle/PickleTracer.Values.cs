namespace Torchkeep.Pickle;

/// <summary>Values, the stack and the memo.</summary>
internal ref partial struct PickleTracer
{
    private void PushConstant(PickleInstruction instruction)
    {
        var constant = new TracedConstant(instruction.Opcode, instruction.Offset, instruction.OperandStart, instruction.Operand.Length);
        _stack.Push(_heap.NewConstant(constant));
        if (constant.MayBePickle(_pickle))
        {
            _trace.Keep(constant);
        }
    }

    private void PushEscaped(PickleInstruction instruction)
    {
        try
        {
            _ = instruction.Opcode == PickleOpcode.String ? PickleText.Unquote(instruction.Operand) : null;
            _ = instruction.Opcode == PickleOpcode.Unicode ? PickleText.DecodeRawUnicodeEscape(instruction.Operand) : null;
            PushConstant(instruction);
        }
        catch (InvalidCheckpointException error)
        {
            NoteFault(error.Problem, instruction.Offset);
            _stack.Push(TraceValue.Unknown);
        }
    }

    private void PushTuple(PickleInstruction instruction, int count)
    {
        Span<TraceValue> items = stackalloc TraceValue[3];
        for (var i = count - 1; i >= 0; i--)
        {
            items[i] = Pop(instruction);
        }

        _stack.Push(_heap.NewTuple(items[..count]));
    }

    private void PushFromMark(PickleInstruction instruction, TraceKind kind)
    {
        var mark = FindMark(instruction);
        if (kind == TraceKind.Tuple)
        {
            _stack.Push(TupleFrom(mark));
            return;
        }

        _stack.Push(new(kind, TraceValue.Empty));
        if (_stack.Count - 1 > mark)
        {
            // The new container is above what goes into it.
            var container = _heap.Place(_stack.Top);
            _stack.RemoveFrom(_stack.Count - 1);
            Add(container, mark);
            NoteHooks(container, mark, isDict: kind == TraceKind.Dict);
            _stack.RemoveFrom(mark);
            _stack.Push(container);
        }
    }

    // Takes all from a place of the stack upwards.
    private readonly TraceValue TupleFrom(int mark)
    {
        Span<TraceValue> items = stackalloc TraceValue[TraceHeap.MaxItems + 1];
        var count = Math.Min(items.Length, _stack.Count - mark);
        for (var i = 0; i < count; i++)
        {
            items[i] = _stack[mark + i];
        }

        HandOnFrom(mark + count);
        _stack.RemoveFrom(mark);
        return _heap.NewTuple(items[..count]);
    }

    // Puts all from a place of the stack upwards into what lies below it.
    private void AddFrom(PickleInstruction instruction, int from)
    {
        if (from < 1 || (_stack.HasMarkAbove(from - 1) && instruction.Opcode is PickleOpcode.Append or PickleOpcode.SetItem))
        {
            NoteFault("the pickle takes a value from an empty stack, or from below a mark", instruction.Offset);
            from = Math.Max(from, Math.Min(1, _stack.Count));
        }

        if (from > _stack.Count || from < 1)
        {
            return;
        }

        var container = _heap.Place(_stack[from - 1]);
        Add(container, from);
        NoteHooks(container, from, instruction.Opcode is PickleOpcode.SetItem or PickleOpcode.SetItems);
        CallHooks(instruction, container, from);
        _stack.RemoveFrom(from);
        _stack.Top = container;
    }

    private readonly void Add(TraceValue container, int from)
    {
        Span<TraceValue> items = stackalloc TraceValue[TraceHeap.MaxItems];
        var count = Math.Min(items.Length, _stack.Count - from);
        for (var i = 0; i < count; i++)
        {
            items[i] = _stack[from + i];
        }

        _heap.Add(container, items[..count]);
        if (_stack.Count - from > count)
        {
            _heap.AddUnseen(container, _stack.Count - from - count);
            HandOnFrom(from + count);
        }
    }

    private readonly void HandOnFrom(int from)
    {
        for (var i = from; i < _stack.Count; i++)
        {
            _heap.HandOn(_stack[i]);
        }
    }

    private void Get(PickleInstruction instruction) =>
        PushMemo(instruction, TraceIndex.TryParse(instruction.Operand, out var index, out var digits) ? digits is null ? _memo.Get(index) : _memo.Get(digits) : default);

    private void Put(PickleInstruction instruction)
    {
        var value = Shared(instruction);
        if (!TraceIndex.TryParse(instruction.Operand, out var index, out var digits))
        {
            NoteFault("the pickle has a memo index that is no number", instruction.Offset);
        }
        else if (digits is null)
        {
            _memo.Put(index, value);
        }
        else
        {
            _memo.Put(digits, value);
        }
    }

    private void PushMemo(PickleInstruction instruction, TraceValue value)
    {
        if (value.Kind == TraceKind.Absent)
        {
            NoteFault("the pickle gets a memo entry which it never put", instruction.Offset);
            value = TraceValue.Unknown;
        }

        _stack.Push(value);
    }

    // A module's class is given back as it is: ('module', class, ...) since 0.1.10, (class, ...) before (torch/serialization.py).
    private readonly TraceValue Persistent(TraceValue id)
    {
        Span<TraceValue> room = stackalloc TraceValue[TraceHeap.MaxItems];
        var items = _heap.Items(id, room);
        return items is [{ Kind: TraceKind.Name } first, ..] ? first
            : items is [var kind, { Kind: TraceKind.Name } second, ..] && Text(kind) == "module" ? second
            : TraceValue.Unknown;
    }

    private readonly string? Text(TraceValue value) =>
        value.Kind == TraceKind.Text ? TraceCalls.Cut(_heap.Constant(value).DecodeCut(_pickle)) : null;

    private void NoteFault(string problem, int offset)
    {
        _hasFault = true;
        _trace.NoteFault(problem, offset);
    }

    // The value on top, of which there will be two.
    private TraceValue Shared(PickleInstruction instruction)
    {
        if (_stack.Count == 0 || _stack.HasMarkOnTop)
        {
            NoteFault("the pickle takes a value from an empty stack, or from below a mark", instruction.Offset);
        }

        return _stack.Count == 0 ? TraceValue.Unknown : _stack.Top = _heap.Place(_stack.Top);
    }

    private TraceValue Pop(PickleInstruction instruction)
    {
        if (_stack.Count == 0)
        {
            NoteFault("the pickle takes a value from an empty stack", instruction.Offset);
            return TraceValue.Unknown;
        }

        if (_stack.Pop(out var value))
        {
            NoteFault("the pickle takes a value from below a mark", instruction.Offset);
        }

        return value;
    }

    private int FindMark(PickleInstruction instruction)
    {
        var mark = _stack.PopMark();
        if (mark < 0)
        {
            NoteFault("the pickle looks for a mark that it never set", instruction.Offset);
            return 0;
        }

        // Several marks may have lain above what was taken.
        return Math.Min(mark, _stack.Count);
    }
}
