namespace Torchkeep.Pickle;

/// <summary>Names and what is done with them.</summary>
internal ref partial struct PickleTracer
{
    // A callable that calls a callable that calls a callable.
    private const int MaxCalls = 8;

    private static readonly TraceHook[] _allHooks = Enum.GetValues<TraceHook>();

    // The module and name of a GLOBAL or INST. At the end of the data the Python unpickler cuts a byte off a line, whatever it is.
    private static List<PyGlobal> Names(PickleInstruction instruction)
    {
        var module = instruction.Operand;
        var name = instruction.SecondLine;
        if (!instruction.IsUnended)
        {
            return [NameOf(module, name)];
        }

        var isOneLine = name.IsEmpty && instruction.OperandStart + module.Length == instruction.End;
        return isOneLine
            ? [NameOf(module, name), NameOf(module[..Math.Max(0, module.Length - 1)], name)]
            : [NameOf(module, name), NameOf(module, name[..Math.Max(0, name.Length - 1)])];
    }

    private static PyGlobal NameOf(ReadOnlySpan<byte> module, ReadOnlySpan<byte> name) => new(NamePart(module), NamePart(name));

    private static string NamePart(ReadOnlySpan<byte> part) => TraceCalls.Cut(System.Text.Encoding.UTF8.GetString(part));

    private readonly TraceValue Import(PickleInstruction instruction, PyGlobal name)
    {
        Note(instruction, GlobalUse.Imported, name, TraceValue.Unknown);
        return _heap.NewName(name);
    }

    private readonly TraceValue ImportHidden(PickleInstruction instruction)
    {
        Note(instruction, GlobalUse.Imported, TracedName.Hidden, TraceValue.Unknown);
        return TraceValue.NewObject;
    }

    private readonly void Note(PickleInstruction instruction, GlobalUse use, PyGlobal name, TraceValue arguments)
    {
        if (_trace.Note(name, use, isReached: !_hasFault && !_isBareImport, out var place))
        {
            var text = use != GlobalUse.Imported && _trace.WantsArguments ? new TraceText(_heap, _pickle).Arguments(arguments) : null;
            _trace.Add(new(name, use, instruction.Offset, text) { Count = 1, IsReached = !_hasFault && !_isBareImport, IsBareImport = _isBareImport });
        }

        if (use != GlobalUse.Imported)
        {
            _trace.NoteWay(place, _heap, arguments);
        }
    }

    // What the pickle registered itself can be found by its number; the numbers are not followed.
    private readonly void PushExtension(PickleInstruction instruction)
    {
        Span<byte> number = stackalloc byte[sizeof(uint)];
        number.Clear();
        instruction.Operand.CopyTo(number);
        Note(instruction, GlobalUse.Imported, new("copyreg", $"extension {PickleOperands.Length(number)}"), TraceValue.Unknown);
        _stack.Push(_extensions.Count == 1 ? _extensions[0] : TraceValue.NewObject);
    }

    private void PushNew(PickleInstruction instruction)
    {
        var arguments = Pop(instruction);
        var type = Pop(instruction);

        // Lib/pickle.py calls whatever __new__ the thing has, even one that BUILD gave it.
        if (_heap.TryGetHook(type, TraceHook.New, out var callable))
        {
            Call(instruction, GlobalUse.Called, callable, arguments);
        }

        var made = Call(instruction, GlobalUse.Instantiated, type, arguments);
        _stack.Push(type.Kind == TraceKind.Name && made.Kind == TraceKind.Object ? _heap.NewInstance(type) : made);
    }

    private void PushObject(PickleInstruction instruction)
    {
        var mark = FindMark(instruction);
        if (mark == _stack.Count)
        {
            NoteFault("the pickle makes an object of nothing", instruction.Offset);
            _stack.Push(TraceValue.NewObject);
            return;
        }

        var callable = _stack[mark];
        var arguments = TupleFrom(mark + 1);
        _stack.RemoveFrom(mark);
        _stack.Push(Call(instruction, GlobalUse.Called, callable, arguments));
    }

    // What a dictionary would make the attributes of an object, if BUILD gave it to one.
    private readonly void NoteHooks(TraceValue container, int from, bool isDict)
    {
        for (var i = from; isDict && container.HasItems && i + 1 < _stack.Count; i += 2)
        {
            if (_stack[i].Kind == TraceKind.Text && _stack[i + 1].Kind is not (TraceKind.Text or TraceKind.Bytes) && HookOf(Text(_stack[i])) is { } hook)
            {
                _heap.SetHook(container, hook, _stack[i + 1]);
            }
        }
    }

    private static TraceHook? HookOf(string? attribute) => attribute switch
    {
        "__setstate__" => TraceHook.SetState,
        "append" => TraceHook.Append,
        "extend" => TraceHook.Extend,
        "add" => TraceHook.Add,
        "__new__" => TraceHook.New,
        _ => null,
    };

    // The unpickler looks append, extend and add up in the object, which BUILD may have given them. Lib/pickle.py extends by nothing, too.
    private readonly void CallHooks(PickleInstruction instruction, TraceValue target, int from)
    {
        var isEmpty = from == _stack.Count;
        ReadOnlySpan<TraceHook> hooks = instruction.Opcode switch
        {
            PickleOpcode.Append or PickleOpcode.Appends => isEmpty ? [TraceHook.Extend] : [TraceHook.Append, TraceHook.Extend],
            PickleOpcode.AddItems when !isEmpty => [TraceHook.Add],
            _ => [],
        };
        foreach (var hook in hooks)
        {
            if (_heap.TryGetHook(target, hook, out var callable))
            {
                Call(instruction, GlobalUse.Called, callable, _heap.NewTuple(isEmpty ? [] : [_stack[from]]));
            }
        }
    }

    private void Build(PickleInstruction instruction)
    {
        var state = Pop(instruction);
        _heap.HandOn(state);
        var target = Shared(instruction);
        if (_heap.TryGetHook(target, TraceHook.SetState, out var callable))
        {
            Call(instruction, GlobalUse.Called, callable, _heap.NewTuple([state]));
        }

        Span<TraceValue> room = stackalloc TraceValue[TraceHeap.MaxItems];
        var parts = _heap.Items(state, room);
        switch (target.Kind)
        {
            case TraceKind.Name:
                // A class, function or module gets other attributes, for all who use it.
                Note(instruction, GlobalUse.Called, TraceCalls.Attribute(_heap.Name(target), "__setstate__"), _heap.NewTuple([state]));
                break;
            case TraceKind.Partial when parts is [var function, var arguments, ..]:
                _heap.Replace(target, Flatten(function, arguments));
                break;
            case TraceKind.Object:
                CopyHooks(state, target);
                if (state.Kind == TraceKind.Tuple && parts is [var attributes, var slots])
                {
                    CopyHooks(attributes, target);
                    CopyHooks(slots, target);
                }

                break;
        }
    }

    private readonly void CopyHooks(TraceValue state, TraceValue target)
    {
        foreach (var hook in _allHooks)
        {
            if (_heap.TryGetHook(state, hook, out var callable))
            {
                _heap.SetHook(target, hook, callable);
            }
        }
    }

    // A partial of a partial is one of its callable (Modules/_functoolsmodule.c).
    private readonly TraceValue[] Flatten(TraceValue function, TraceValue arguments)
    {
        Span<TraceValue> first = stackalloc TraceValue[TraceHeap.MaxItems];
        Span<TraceValue> second = stackalloc TraceValue[TraceHeap.MaxItems];
        ReadOnlySpan<TraceValue> head = function.Kind == TraceKind.Partial ? _heap.Items(function, first) : [function];
        return [.. head, .. _heap.Items(arguments, second)];
    }

    private readonly TraceValue Call(PickleInstruction instruction, GlobalUse use, TraceValue callable, TraceValue arguments, int depth = 0)
    {
        Span<TraceValue> room = stackalloc TraceValue[TraceHeap.MaxItems];
        Span<TraceValue> ownRoom = stackalloc TraceValue[TraceHeap.MaxItems];
        var items = _heap.Items(arguments, room);
        var own = _heap.Items(callable, ownRoom);
        if (depth == MaxCalls)
        {
            Note(instruction, use, callable.Kind == TraceKind.Name ? _heap.Name(callable) : TracedName.Hidden, arguments);
            return TraceValue.NewObject;
        }

        switch (callable.Kind)
        {
            case TraceKind.Name:
                return CallName(instruction, use, callable, arguments, depth);
            case TraceKind.Partial when own is [var function, ..]:
                return Call(instruction, use, function, _heap.NewTuple([.. own[1..], .. items]), depth + 1);
            case TraceKind.AttributeGetter when own.Length > 0 && items is [{ Kind: TraceKind.Name } owner, ..]:
                return TakeAttributes(instruction, _heap.Name(owner), own);
            case TraceKind.ItemGetter when own is [var key, ..] && Text(key) is { } keyText && items is [{ Kind: TraceKind.Name } of, ..]:
                return Import(instruction, TraceCalls.Item(_heap.Name(of), keyText));
            case TraceKind.MethodCaller when own is [var method, ..] && Text(method) is { } methodText && items is [{ Kind: TraceKind.Name } of, ..]:
                return Call(instruction, use, _heap.NewName(TraceCalls.Attribute(_heap.Name(of), methodText)), _heap.NewTuple(own[1..]), depth + 1);
            default:
                Note(instruction, use, TracedName.Hidden, arguments);
                return TraceValue.NewObject;
        }
    }

    private readonly TraceValue TakeAttributes(PickleInstruction instruction, PyGlobal owner, ReadOnlySpan<TraceValue> attributes)
    {
        var taken = TraceValue.NewObject;
        for (var i = attributes.Length - 1; i >= 0; i--)
        {
            taken = Text(attributes[i]) is { } attribute ? Import(instruction, TraceCalls.Attribute(owner, attribute)) : ImportHidden(instruction);
        }

        return attributes.Length == 1 ? taken : TraceValue.NewObject;
    }

    // Names that are put together are followed to what they name.
    private readonly TraceValue CallName(PickleInstruction instruction, GlobalUse use, TraceValue callable, TraceValue arguments, int depth)
    {
        Span<TraceValue> room = stackalloc TraceValue[TraceHeap.MaxItems];
        var items = _heap.Items(arguments, room);
        var name = _heap.Name(callable);
        var meaning = _heap.Meaning(callable);
        var firstName = items is [{ Kind: TraceKind.Name } first, ..] ? _heap.Name(first) : null;
        var owner = items.Length > 0 ? _heap.Argument(items[0]).Name : null;
        var firstText = items.Length > 0 ? Text(items[0]) : null;
        var secondText = items.Length > 1 ? Text(items[1]) : null;
        if (meaning == CallMeaning.Attribute && owner is not null && secondText is not null)
        {
            return Import(instruction, TraceCalls.Attribute(owner, secondText));
        }

        Note(instruction, use, name, arguments);
        switch (meaning)
        {
            case CallMeaning.OwnAttribute when firstText is not null:
                return Import(instruction, TraceCalls.Attribute(TraceCalls.Owner(name), firstText));
            case CallMeaning.OwnAttribute when firstName is not null && secondText is not null:
                return Import(instruction, TraceCalls.Attribute(firstName, secondText));
            case CallMeaning.Import when firstText is not null:
                return _heap.NewName(new(firstText, ""));
            case CallMeaning.AttributeGetter:
                return _heap.NewContainer(TraceKind.AttributeGetter, items);
            case CallMeaning.ItemGetter:
                return _heap.NewContainer(TraceKind.ItemGetter, items);
            case CallMeaning.MethodCaller:
                return _heap.NewContainer(TraceKind.MethodCaller, items);
            case CallMeaning.Partial when items is [var function, ..]:
                return _heap.NewContainer(TraceKind.Partial, Flatten(function, _heap.NewTuple(items[1..])));
            case CallMeaning.Item when firstName is not null && secondText is not null:
                return Import(instruction, TraceCalls.Item(firstName, secondText));
            case CallMeaning.OwnItem when firstText is not null && TraceCalls.HoldsNames(TraceCalls.Owner(name)):
                return Import(instruction, TraceCalls.Item(TraceCalls.Owner(name), firstText));
            case CallMeaning.OwnItem when firstName is not null && secondText is not null && TraceCalls.HoldsNames(firstName):
                return Import(instruction, TraceCalls.Item(firstName, secondText));
            case CallMeaning.Namespace when firstName is not null:
                return Import(instruction, TraceCalls.VarsOf(firstName));
            case CallMeaning.CallsFirst when items is [{ Kind: TraceKind.Name or > TraceKind.Object } called, ..]:
                return Call(instruction, GlobalUse.Called, called, _heap.NewTuple(items[1..]), depth + 1);
            case CallMeaning.CallsOwner:
                return Call(instruction, GlobalUse.Called, _heap.NewName(TraceCalls.Callable(name)), arguments, depth + 1);
            case CallMeaning.MakesFirst when firstName is not null:
                Note(instruction, GlobalUse.Instantiated, firstName, arguments);
                return _heap.NewInstance(items[0]);
            case CallMeaning.Encode when items is [{ Kind: TraceKind.Text }, _] && secondText == "latin1":
                return TraceHeap.Encoded(items[0]);
            case CallMeaning.AddsExtension when firstText is not null && secondText is not null:
                _extensions.Add(Import(instruction, new(firstText, secondText)));
                return TraceValue.Unknown;
            default:
                return TraceValue.NewObject;
        }
    }
}
