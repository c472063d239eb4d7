using System.Globalization;
using System.Text;

namespace Torchkeep.Pickle;

/// <summary>
/// Follows a pickle as Python's unpickler would run it, over values of which it knows texts and names and nothing else,
/// to say which names would be imported and called, and with what. Nothing is imported or called. Where Python would stop
/// with an error it notes that and goes on, so that it never sees less than Python does.
/// </summary>
internal sealed class PickleTrace
{
    private const int MaxProtocol = 5;

    // Twice as many as tensors in the longest pickle that is read.
    private const int MaxNoted = 20_000_000;

    // An empty zip archive is no shorter.
    private const int MinArchive = 22;

    private static readonly PyGlobal _hidden = new("?", "?");

    private readonly ReadLimits _limits;
    private readonly List<TraceValue> _stack = [];
    private readonly Stack<int> _marks = new();
    private readonly Dictionary<long, TraceValue> _memo = [];
    private readonly List<TracedName> _names = [];
    private readonly List<(int Offset, byte[] Bytes)> _constants = [];

    private PickleTrace(ReadLimits limits) => _limits = limits;

    /// <summary>Every name, as it is used.</summary>
    internal IReadOnlyList<TracedName> Names => _names;

    /// <summary>Texts and bytes that could be pickles themselves.</summary>
    internal IReadOnlyList<(int Offset, byte[] Bytes)> Constants => _constants;

    /// <summary>The first thing that Python would refuse, or null.</summary>
    internal string? Fault { get; private set; }

    internal int FaultOffset { get; private set; }

    /// <summary>The byte after the STOP, or where it cannot go on.</summary>
    internal int End { get; private set; }

    internal bool HasStopped { get; private set; }

    internal bool IsOverLimit { get; private set; }

    /// <summary>Follows the pickle at the start of bytes, of which others may follow it.</summary>
    internal static PickleTrace Of(ReadOnlySpan<byte> bytes, ReadLimits limits)
    {
        var trace = new PickleTrace(limits);
        trace.Run(bytes);
        return trace;
    }

    private void Run(ReadOnlySpan<byte> bytes)
    {
        var disassembler = new PickleDisassembler(bytes);
        long count = 0;
        try
        {
            while (!HasStopped)
            {
                End = disassembler.Position;
                if (count++ == _limits.MaxOpcodes || _stack.Count >= _limits.MaxDepth || _memo.Count > _limits.MaxMemoEntries || _names.Count + _constants.Count > MaxNoted)
                {
                    IsOverLimit = true;
                    NoteFault("the pickle is longer or deeper than the limits allow", End);
                    return;
                }

                Follow(disassembler.Next());
            }

            End = disassembler.Position;
        }
        catch (InvalidCheckpointException error)
        {
            NoteFault(error.Problem, End);
        }
    }

    private void Follow(PickleInstruction instruction)
    {
        switch (instruction.Opcode)
        {
            case PickleOpcode.Stop:
                Pop(instruction).IsHandedOn = true;
                HasStopped = true;
                break;
            case PickleOpcode.Proto when instruction.Operand[0] > MaxProtocol:
                NoteFault($"the pickle says it is of protocol {instruction.Operand[0]}; 0 to 5 are known", instruction.Offset);
                break;
            case PickleOpcode.Proto or PickleOpcode.Frame:
                break;

            case PickleOpcode.BinUnicode or PickleOpcode.ShortBinUnicode or PickleOpcode.BinUnicode8:
                PushText(instruction, Encoding.UTF8.GetString(instruction.Operand));
                break;
            case PickleOpcode.Unicode:
                PushText(instruction, TryDecode(instruction, static line => PickleText.DecodeRawUnicodeEscape(line)));
                break;
            case PickleOpcode.BinString or PickleOpcode.ShortBinString:
                PushText(instruction, Encoding.Latin1.GetString(instruction.Operand));
                break;
            case PickleOpcode.String:
                PushText(instruction, TryDecode(instruction, static line => Encoding.Latin1.GetString(PickleText.Unquote(line))));
                break;
            case PickleOpcode.BinBytes or PickleOpcode.ShortBinBytes or PickleOpcode.BinBytes8 or PickleOpcode.ByteArray8:
                Push(new() { Text = Encoding.Latin1.GetString(instruction.Operand), IsBytes = true });
                Keep(instruction.Offset, instruction.Operand.ToArray());
                break;

            case PickleOpcode.Mark:
                _marks.Push(_stack.Count);
                break;
            case PickleOpcode.Pop when _marks.TryPeek(out var mark) && mark == _stack.Count:
                _marks.Pop();
                break;
            case PickleOpcode.Pop:
                Pop(instruction);
                break;
            case PickleOpcode.PopMark:
                PopToMark(instruction);
                break;
            case PickleOpcode.Dup:
                Push(Peek(instruction));
                break;

            case PickleOpcode.EmptyTuple:
                Push(new() { IsContainer = true, IsTuple = true });
                break;
            case PickleOpcode.Tuple1 or PickleOpcode.Tuple2 or PickleOpcode.Tuple3:
                PushContainer(Pop(instruction, instruction.Opcode - PickleOpcode.Tuple1 + 1), isTuple: true);
                break;
            case PickleOpcode.Tuple:
                PushContainer(PopToMark(instruction), isTuple: true);
                break;
            case PickleOpcode.List or PickleOpcode.FrozenSet or PickleOpcode.Dict:
                PushContainer(PopToMark(instruction), isTuple: false);
                break;
            case PickleOpcode.EmptyList or PickleOpcode.EmptySet or PickleOpcode.EmptyDict:
                Push(new() { IsContainer = true });
                break;
            case PickleOpcode.Append:
                var appended = Pop(instruction);
                Peek(instruction).Add([appended]);
                break;
            case PickleOpcode.Appends or PickleOpcode.AddItems or PickleOpcode.SetItems:
                var added = PopToMark(instruction);
                Peek(instruction).Add(added);
                break;
            case PickleOpcode.SetItem:
                var item = Pop(instruction, 2);
                Peek(instruction).Add(item);
                break;

            case PickleOpcode.BinGet or PickleOpcode.LongBinGet or PickleOpcode.Get:
                Get(instruction);
                break;
            case PickleOpcode.BinPut or PickleOpcode.LongBinPut or PickleOpcode.Put:
                _memo[Index(instruction)] = Peek(instruction);
                break;
            case PickleOpcode.Memoize:
                _memo[_memo.Count] = Peek(instruction);
                break;

            case PickleOpcode.Global:
                PushName(instruction, Name(instruction));
                break;
            case PickleOpcode.StackGlobal:
                var names = Pop(instruction, 2);
                PushName(instruction, names[0].Text is { } module && names[1].Text is { } name ? new(module, name) : _hidden);
                break;
            case PickleOpcode.Ext1 or PickleOpcode.Ext2 or PickleOpcode.Ext4:
                Note(instruction, GlobalUse.Imported, new("copyreg", $"extension {PickleOperands.Length(Widen(instruction.Operand))}"), arguments: null);
                Push(TraceValue.Unknown);
                break;
            case PickleOpcode.Reduce or PickleOpcode.NewObj:
                var parts = Pop(instruction, 2);
                Call(instruction, parts[0], parts[1]);
                break;
            case PickleOpcode.NewObjEx:
                var withKeywords = Pop(instruction, 3);
                Call(instruction, withKeywords[0], withKeywords[1]);
                break;
            case PickleOpcode.Inst:
                PushContainer(PopToMark(instruction), isTuple: true);
                Call(instruction, new() { Name = Name(instruction) }, Pop(instruction));
                break;
            case PickleOpcode.Obj:
                var members = PopToMark(instruction);
                PushContainer(members.AsSpan(Math.Min(1, members.Length)).ToArray(), isTuple: true);
                Call(instruction, members.FirstOrDefault(TraceValue.Unknown), Pop(instruction));
                break;
            case PickleOpcode.Build:
                Pop(instruction).IsHandedOn = true;
                break;
            case PickleOpcode.BinPersId:
                Push(Persistent(Pop(instruction)));
                break;
            case PickleOpcode.ReadOnlyBuffer:
                break;

            default:
                // Numbers, None, truths, and what is kept outside.
                Push(TraceValue.Unknown);
                break;
        }
    }

    // A module's class is given back as it is: ('module', class, ...) since 0.1.10, (class, ...) before (torch/serialization.py).
    private static TraceValue Persistent(TraceValue id) => id.Items switch
    {
        [{ Name: not null } module, ..] => module,
        [{ Text: "module" }, { Name: not null } module, ..] => module,
        _ => TraceValue.Unknown,
    };

    private void PushText(PickleInstruction instruction, string? text)
    {
        Push(text is null ? TraceValue.Unknown : new() { Text = text });
        if (text is not null && !text.AsSpan().ContainsAnyExceptInRange('\0', '\xff'))
        {
            Keep(instruction.Offset, Encoding.Latin1.GetBytes(text));
        }
    }

    // A pickle ends with a STOP, and has something before it; an archive is longer than a name.
    private void Keep(int offset, byte[] bytes)
    {
        if (bytes is [_, .., (byte)PickleOpcode.Stop] or [(byte)PickleOpcode.Proto, <= MaxProtocol, _, ..] || bytes.Length >= MinArchive)
        {
            _constants.Add((offset, bytes));
        }
    }

    private string? TryDecode(PickleInstruction instruction, Func<byte[], string> decode)
    {
        try
        {
            return decode(instruction.Operand.ToArray());
        }
        catch (InvalidCheckpointException error)
        {
            NoteFault(error.Problem, instruction.Offset);
            return null;
        }
    }

    private void PushContainer(TraceValue[] items, bool isTuple)
    {
        var container = new TraceValue { IsContainer = true, IsTuple = isTuple };
        container.Add(items);
        Push(container);
    }

    private void Get(PickleInstruction instruction)
    {
        if (!_memo.TryGetValue(Index(instruction), out var value))
        {
            NoteFault($"the pickle gets memo entry {Index(instruction)}, which it never put", instruction.Offset);
            value = TraceValue.Unknown;
        }

        Push(value);
    }

    // Python reads a number in text as it stands in its programs: 1_0 is 10.
    private static long Index(PickleInstruction instruction) => instruction.Opcode is PickleOpcode.Get or PickleOpcode.Put
        ? long.TryParse(Encoding.Latin1.GetString(instruction.Operand).Replace("_", "", StringComparison.Ordinal), NumberStyles.Integer, CultureInfo.InvariantCulture, out var index) ? index : -1
        : (long)PickleOperands.Length(instruction.Operand);

    private static byte[] Widen(ReadOnlySpan<byte> number)
    {
        var bytes = new byte[sizeof(ulong)];
        number.CopyTo(bytes);
        return bytes;
    }

    private static PyGlobal Name(PickleInstruction instruction) =>
        new(Encoding.UTF8.GetString(instruction.Operand), Encoding.UTF8.GetString(instruction.SecondLine));

    private void PushName(PickleInstruction instruction, PyGlobal name)
    {
        var value = new TraceValue { Name = name };
        Note(instruction, GlobalUse.Imported, name, arguments: null, value);
        Push(value);
    }

    private void Call(PickleInstruction instruction, TraceValue callable, TraceValue arguments)
    {
        if (callable.Getter is { } attribute && arguments.Items is [{ Name: { } owner }])
        {
            PushName(instruction, Attribute(owner, attribute));
            return;
        }

        var use = instruction.Opcode is PickleOpcode.NewObj or PickleOpcode.NewObjEx ? GlobalUse.Instantiated : GlobalUse.Called;
        switch (callable.Name, arguments.Items)
        {
            // Names that are put together are followed to what they name.
            case ({ Module: "builtins" or "__builtin__", Name: "getattr" }, [var whose, { Text: { } what, IsBytes: false }]) when (whose.Name ?? whose.Class) is { } of:
                Note(instruction, use, callable.Name!, arguments.Arguments(), arguments);
                PushName(instruction, Attribute(of, what));
                break;

            // How protocols 0 to 2 write bytes, each letter for one.
            case ({ Module: "_codecs", Name: "encode" }, [{ Text: { } text, IsBytes: false }, { Text: "latin1" }]):
                Note(instruction, use, callable.Name, arguments.Arguments(), arguments);
                Push(new() { Text = text, IsBytes = true });
                break;
            case ({ Module: "copyreg" or "copy_reg", Name: "_reconstructor" }, [{ Name: { } made }, ..]):
                Note(instruction, use, callable.Name, arguments.Arguments(), arguments);
                Push(new() { IsContainer = true, Class = made });
                break;
            case ({ Module: "builtins" or "__builtin__", Name: "__import__" } or { Module: "importlib", Name: "import_module" }, [{ Text: { } module }, ..]):
                Note(instruction, use, callable.Name, arguments.Arguments());
                Push(new() { Name = new(module, "") });
                break;
            case ({ Module: "operator" or "_operator", Name: "attrgetter" }, [{ Text: { } name }]):
                Note(instruction, use, callable.Name, arguments.Arguments());
                Push(new() { Getter = name });
                break;
            case ({ Module: "functools" or "_functools", Name: "partial" }, [{ Name: { } function }, ..]):
                Note(instruction, use, callable.Name, arguments.Arguments());
                Push(new() { Name = function });
                break;
            default:
                Note(instruction, use, callable.Name ?? _hidden, arguments.Arguments(), arguments);
                Push(new() { IsContainer = true, Class = use == GlobalUse.Instantiated ? callable.Name : null });
                break;
        }

        static PyGlobal Attribute(PyGlobal owner, string attribute) => new(owner.Module, owner.Name.Length == 0 ? attribute : $"{owner.Name}.{attribute}");
    }

    private void Note(PickleInstruction instruction, GlobalUse use, PyGlobal name, string? arguments, TraceValue? value = null) =>
        _names.Add(new(name, use, instruction.Offset, arguments) { Value = value ?? TraceValue.Unknown });

    private void NoteFault(string problem, int offset) => (Fault, FaultOffset) = Fault is null ? (problem, offset) : (Fault, FaultOffset);

    private void Push(TraceValue value) => _stack.Add(value);

    private TraceValue Peek(PickleInstruction instruction)
    {
        if (_stack.Count == 0)
        {
            NoteFault("the pickle takes a value from an empty stack", instruction.Offset);
            return new();
        }

        return _stack[^1];
    }

    private TraceValue Pop(PickleInstruction instruction)
    {
        var value = Peek(instruction);
        if (_stack.Count > 0)
        {
            _stack.RemoveAt(_stack.Count - 1);
        }

        // What Python refuses, it looked for below a mark.
        if (_marks.TryPeek(out var mark) && mark > _stack.Count)
        {
            NoteFault("the pickle takes a value from below a mark", instruction.Offset);
            _marks.Pop();
            _marks.Push(_stack.Count);
        }

        return value;
    }

    private TraceValue[] Pop(PickleInstruction instruction, int count)
    {
        var values = new TraceValue[count];
        for (var i = count - 1; i >= 0; i--)
        {
            values[i] = Pop(instruction);
        }

        return values;
    }

    private TraceValue[] PopToMark(PickleInstruction instruction)
    {
        if (!_marks.TryPop(out var mark))
        {
            NoteFault("the pickle looks for a mark that it never set", instruction.Offset);
            mark = 0;
        }

        // Several marks may have lain above what was taken.
        mark = Math.Min(mark, _stack.Count);
        var values = _stack.GetRange(mark, _stack.Count - mark).ToArray();
        _stack.RemoveRange(mark, values.Length);
        return values;
    }
}
