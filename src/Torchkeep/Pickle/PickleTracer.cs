namespace Torchkeep.Pickle;

/// <summary>
/// Follows one reading of a pickle as Python's unpicklers would run it, over values of which it knows texts and names and
/// nothing else. Where Python would stop with an error it notes that and goes on, so that it never sees less than Python
/// does. Source of every rule: CPython Lib/pickle.py and Modules/_pickle.c of 3.11 and 3.14, which differ in places.
/// </summary>
internal ref partial struct PickleTracer
{
    private const int MaxProtocol = 5;

    // A step takes less than a kilobyte.
    private const int StepsBetweenSums = 1 << 8;

    private readonly PickleTrace _trace;
    private readonly PickleFrames? _frames;
    private readonly ReadOnlySpan<byte> _pickle;
    private readonly TraceHeap _heap = new();
    private readonly TraceStack _stack = new();
    private readonly TraceMemo _memo = new();
    private readonly List<TraceValue> _extensions = [];
    private PickleDisassembler _disassembler;
    private bool _hasFault;
    private bool _isBareImport;

    internal PickleTracer(PickleTrace trace, ReadOnlySpan<byte> pickle, PickleReading reading, PickleFrames? frames)
    {
        _trace = trace;
        _frames = frames;
        _pickle = pickle;
        _disassembler = new(pickle, reading.Start, reading.FirstFrame, reading.LastFrame);
    }

    /// <summary>The byte after the STOP, or where it cannot go on.</summary>
    internal int End { get; private set; }

    internal bool HasStopped { get; private set; }

    private readonly long Size => _heap.Size + _stack.Size + _memo.Size;

    internal void Run()
    {
        long count = 0;
        var limits = _trace.Limits;
        while (!HasStopped)
        {
            End = _disassembler.Position;
            if (count == limits.MaxOpcodes || Math.Max(_stack.Count, _stack.MarkCount) >= limits.MaxDepth || _memo.Count > limits.MaxMemoEntries
                || (count % StepsBetweenSums == 0 && Size + _trace.KeptSize > limits.MaxPickleMemory))
            {
                _trace.NoteLimit(End);
                break;
            }

            if (!_disassembler.TryNext(out var instruction))
            {
                NoteFault(_disassembler.Problem!, End);
                if (_disassembler.IsTruncated)
                {
                    _frames?.LookAtEnd();
                }

                break;
            }

            count++;
            _isBareImport = instruction.IsUnended && count == 1;
            if (_frames is not null && (_frames.IsInFrame || instruction.Opcode == PickleOpcode.Frame))
            {
                _frames.Look(instruction, _disassembler.Position, _pickle.Length);
            }

            Follow(instruction);
            if (instruction.IsUnended)
            {
                NoteFault("a line of text has no end", instruction.Offset);
            }
        }

        End = HasStopped ? _disassembler.Position : End;
        foreach (var name in _heap.HandedOn)
        {
            _trace.NoteHandedOn(name);
        }

        _trace.NoteWork(count, Size);
    }

    private void Follow(PickleInstruction instruction)
    {
        switch (instruction.Opcode)
        {
            case PickleOpcode.Stop:
                _heap.HandOn(Pop(instruction));
                HasStopped = true;
                break;
            case PickleOpcode.Proto when instruction.Operand[0] > MaxProtocol:
                NoteFault($"the pickle says it is of protocol {instruction.Operand[0]}; 0 to 5 are known", instruction.Offset);
                break;
            case PickleOpcode.Proto or PickleOpcode.Frame or PickleOpcode.ReadOnlyBuffer:
                break;

            case PickleOpcode.BinUnicode or PickleOpcode.ShortBinUnicode or PickleOpcode.BinUnicode8 or PickleOpcode.BinString or PickleOpcode.ShortBinString:
            case PickleOpcode.BinBytes or PickleOpcode.ShortBinBytes or PickleOpcode.BinBytes8 or PickleOpcode.ByteArray8:
                PushConstant(instruction);
                break;
            case PickleOpcode.Unicode or PickleOpcode.String:
                PushEscaped(instruction);
                break;

            case PickleOpcode.Mark:
                _stack.Mark();
                break;
            case PickleOpcode.Pop when _stack.HasMarkOnTop:
                _stack.PopMark();
                break;
            case PickleOpcode.Pop:
                Pop(instruction);
                break;
            case PickleOpcode.PopMark:
                _stack.RemoveFrom(FindMark(instruction));
                break;
            case PickleOpcode.Dup:
                _stack.Push(Shared(instruction));
                break;

            case PickleOpcode.EmptyTuple:
                _stack.Push(new(TraceKind.Tuple, TraceValue.Empty));
                break;
            case PickleOpcode.Tuple1 or PickleOpcode.Tuple2 or PickleOpcode.Tuple3:
                PushTuple(instruction, instruction.Opcode - PickleOpcode.Tuple1 + 1);
                break;
            case PickleOpcode.Tuple:
                PushFromMark(instruction, TraceKind.Tuple);
                break;
            case PickleOpcode.List or PickleOpcode.FrozenSet:
                PushFromMark(instruction, TraceKind.List);
                break;
            case PickleOpcode.Dict:
                PushFromMark(instruction, TraceKind.Dict);
                break;
            case PickleOpcode.EmptyList or PickleOpcode.EmptySet:
                _stack.Push(new(TraceKind.List, TraceValue.Empty));
                break;
            case PickleOpcode.EmptyDict:
                _stack.Push(new(TraceKind.Dict, TraceValue.Empty));
                break;
            case PickleOpcode.Append:
                AddFrom(instruction, _stack.Count - 1);
                break;
            case PickleOpcode.SetItem:
                AddFrom(instruction, _stack.Count - 2);
                break;
            case PickleOpcode.Appends or PickleOpcode.AddItems or PickleOpcode.SetItems:
                AddFrom(instruction, FindMark(instruction));
                break;

            case PickleOpcode.BinGet or PickleOpcode.LongBinGet:
                PushMemo(instruction, _memo.Get((long)PickleOperands.Length(instruction.Operand)));
                break;
            case PickleOpcode.Get:
                Get(instruction);
                break;
            case PickleOpcode.BinPut or PickleOpcode.LongBinPut:
                _memo.Put((long)PickleOperands.Length(instruction.Operand), Shared(instruction));
                break;
            case PickleOpcode.Put:
                Put(instruction);
                break;
            case PickleOpcode.Memoize:
                _memo.Put(_memo.Count, Shared(instruction));
                break;

            case PickleOpcode.Global:
                foreach (var name in Names(instruction))
                {
                    _stack.Push(Import(instruction, name));
                }

                break;
            case PickleOpcode.StackGlobal:
                var nameText = Text(Pop(instruction));
                var module = Text(Pop(instruction));
                _stack.Push(module is null || nameText is null ? ImportHidden(instruction) : Import(instruction, new(module, nameText)));
                break;
            case PickleOpcode.Ext1 or PickleOpcode.Ext2 or PickleOpcode.Ext4:
                PushExtension(instruction);
                break;
            case PickleOpcode.Reduce:
                var arguments = Pop(instruction);
                _stack.Push(Call(instruction, GlobalUse.Called, Pop(instruction), arguments));
                break;
            case PickleOpcode.NewObj:
                PushNew(instruction);
                break;
            case PickleOpcode.NewObjEx:
                Pop(instruction);
                PushNew(instruction);
                break;
            case PickleOpcode.Inst:
                var given = TupleFrom(FindMark(instruction));
                foreach (var name in Names(instruction))
                {
                    _stack.Push(Call(instruction, GlobalUse.Called, _heap.NewName(name), given));
                }

                break;
            case PickleOpcode.Obj:
                PushObject(instruction);
                break;
            case PickleOpcode.Build:
                Build(instruction);
                break;
            case PickleOpcode.BinPersId:
                _stack.Push(Persistent(Pop(instruction)));
                break;

            default:
                // Numbers, None, truths, and what is kept outside.
                _stack.Push(TraceValue.Unknown);
                break;
        }
    }
}
