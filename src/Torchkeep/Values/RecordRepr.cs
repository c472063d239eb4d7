using System.Collections.Frozen;

namespace Torchkeep.Values;

/// <summary>
/// Python's repr of records: of those that are known to be plain data, and of all others what they are made of, as a call with
/// the name of their class.
/// </summary>
internal static class RecordRepr
{
    /// <summary>The longest repr of a record that counts as one value.</summary>
    internal const int MaxLength = 4096;

    // re writes no more of a pattern (CPython Modules/_sre/sre.c, pattern_repr).
    private const int MaxPattern = 200;

    private const int UnicodeFlag = 32;

    private static readonly string[] _flags =
        ["re.TEMPLATE", "re.IGNORECASE", "re.LOCALE", "re.MULTILINE", "re.DOTALL", "re.UNICODE", "re.VERBOSE", "re.DEBUG", "re.ASCII"];

    /// <summary>What is written of a record; false, and nothing is written, where it is no such data whatever its name.</summary>
    private delegate bool Writing(ReprWriter writer, PyObject record);

    // The class, and its repr.
    private static readonly FrozenDictionary<string, (string Type, Writing Write)> _known = new Dictionary<string, (string, Writing)>
    {
        ["argparse.Namespace"] = ("argparse.Namespace", (writer, record) => WriteAttributes(writer, record, "Namespace")),
        ["builtins.range"] = ("range", WriteRange),
        ["builtins.slice"] = ("slice", (writer, record) => record.Arguments.Items.Length == 3 && WriteCall(writer, "slice", record.Arguments.Items)),
        ["collections.Counter"] = ("collections.Counter", WriteCounter),
        ["collections.defaultdict"] = ("collections.defaultdict", WriteDefaultDict),
        ["collections.deque"] = ("collections.deque", WriteDeque),
        ["datetime.date"] = ("datetime.date", (writer, record) => Write(writer, PythonDates.DateRepr(record))),
        ["datetime.datetime"] = ("datetime.datetime", PythonDates.WriteDateTime),
        ["datetime.time"] = ("datetime.time", PythonDates.WriteTime),
        ["datetime.timedelta"] = ("datetime.timedelta", (writer, record) => Write(writer, PythonDates.DurationRepr(record))),
        ["datetime.timezone"] = ("datetime.timezone", PythonDates.WriteZone),
        ["decimal.Decimal"] = ("decimal.Decimal", (writer, record) => record.Arguments.Items is [PyString] && WriteCall(writer, "Decimal", record.Arguments.Items)),
        ["fractions.Fraction"] = ("fractions.Fraction", WriteFraction),
        ["functools.partial"] = ("functools.partial", WritePartial),
        ["numpy._core.multiarray._reconstruct"] = ("numpy.ndarray", NumpyRepr.WriteArray),
        ["numpy._core.numeric._frombuffer"] = ("numpy.ndarray", NumpyRepr.WriteArray),
        ["numpy._core.multiarray.scalar"] = ("numpy.generic", NumpyRepr.WriteScalar),
        ["numpy.dtype"] = ("numpy.dtype", (writer, record) => Write(writer, NumpyReader.Type(record) is { } type ? NumpyTypeRepr.Of(type) : null)),
        ["numpy.random._pickle.__randomstate_ctor"] = ("numpy.random.RandomState", (writer, record) => WriteGenerator(writer, record, "RandomState")),
        ["numpy.random._pickle.__generator_ctor"] = ("numpy.random.Generator", (writer, record) => WriteGenerator(writer, record, "Generator")),
        ["re._compile"] = ("re.Pattern", WritePattern),
        ["torch.Size"] = ("torch.Size", WriteSize),
        ["torch.device"] = ("torch.device", WriteDevice),
        ["torch.serialization._get_layout"] = ("torch.layout", (writer, record) => Write(writer, record.Arguments.Items is [PyString layout] ? layout.Value : null)),
        ["types.SimpleNamespace"] = ("types.SimpleNamespace", (writer, record) => WriteAttributes(writer, record, "namespace")),
        ["uuid.UUID"] = ("uuid.UUID", (writer, record) => Write(writer, PythonNumbers.Uuid(record) is { } uuid ? $"UUID('{uuid}')" : null)),
        ["zoneinfo.ZoneInfo._unpickle"] = ("zoneinfo.ZoneInfo", (writer, record) => Write(writer, record.Arguments.Items is [PyString key, ..] ? $"zoneinfo.ZoneInfo(key={key})" : null)),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The repr of a record that is plain data, or null where it is none or longer.</summary>
    internal static string? Of(PyObject record) => TypeOf(record) is null ? null : ReprWriter.Whole(record, MaxLength);

    /// <summary>The class of the object that a record makes, where it is one of plain data; else null.</summary>
    internal static string? TypeOf(PyObject record) => PythonNames.Of(record) switch
    {
        null => null,
        "numpy._core.multiarray.scalar" => NumpyRepr.TypeOfScalar(record),
        "numpy._core.multiarray._reconstruct" when record.Arguments.Items is [PyGlobal { Module: "numpy", Name: not "ndarray" } type, ..] => type.ToString(),
        "builtins.getattr" when IsMemoryFormat(record) => "torch.memory_format",
        "builtins.type" when record.Arguments.Items is [PyNone] => "type",
        var name when PythonPaths.IsClass(name) => name,
        var name => _known.TryGetValue(name, out var known) ? known.Type : null,
    };

    internal static void Write(ReprWriter writer, PyObject record)
    {
        try
        {
            if (TypeOf(record) is not null ? WriteKnown(writer, record) : WriteUnknown(writer, record))
            {
                return;
            }
        }
        catch (Exception error) when (error is InvalidCheckpointException or OverflowException)
        {
            // The record is no such data, whatever its name.
        }

        writer.WriteOther(record);
    }

    private static bool WriteKnown(ReprWriter writer, PyObject record) => PythonNames.Of(record)! switch
    {
        "builtins.getattr" => Write(writer, $"torch.{record.Arguments.Items[1].AsString()}"),
        "builtins.type" => Write(writer, "<class 'NoneType'>"),
        var name when PythonPaths.IsClass(name) => Write(writer, PythonPaths.Of(record) is { } path ? $"{name["pathlib.".Length..]}({new PyString(path.Replace('\\', '/'))})" : null),
        var name => _known[name].Write(writer, record),
    };

    // Cls(1, 'a', [items], {entries}, name=value): what Python would show of a dataclass, an enum's member or a namedtuple but
    // for the names that the file does not have.
    private static bool WriteUnknown(ReprWriter writer, PyObject record)
    {
        if (PythonNames.Of(record) is "builtins.getattr" && record.Arguments.Items is [PyGlobal type, PyString member] && IsIdentifier(member.Value))
        {
            writer.Append($"{type.Name}.{member.Value}");
            return true;
        }

        if (record.Callable is not PyGlobal global)
        {
            return false;
        }

        var (name, made) = (global.Name, (IReadOnlyList<PyValue>)record.Arguments.Items);
        if (PythonNames.Of(global) == "copyreg._reconstructor" && made is [PyGlobal given, PyGlobal of, var content])
        {
            (name, made) = (given.Name, of.Name == "object" ? [] : content is PyTuple { Items: var fields } && of.Name == "tuple" ? fields : [content]);
        }

        writer.Append($"{name}(");
        var isFirst = true;
        Part(made.Count > 0, () => writer.WriteItems(made));
        Part(record.Items is { Count: > 0 }, () => writer.Write(record.Items!));
        Part(record.Entries is { Count: > 0 }, () => writer.WriteEntries(record.Entries!));
        Named(record.KeywordArguments);
        if (PythonContainers.Attributes(record) is { } attributes)
        {
            Named(attributes);
        }
        else
        {
            Part(record.State is not null, () => writer.Write(record.State!));
        }

        writer.Append(")");
        return true;

        void Named(PyDict? values)
        {
            for (var i = 0; i < (values?.Count ?? 0) && !writer.IsFull; i++)
            {
                var (key, value) = values!.At(i);
                Part(true, () =>
                {
                    writer.Append(key is PyString text && IsIdentifier(text.Value) ? $"{text.Value}=" : $"{PythonRepr.Of(PythonNames.Text(key) ?? key.Brief)}=");
                    writer.Write(value);
                });
            }
        }

        void Part(bool isThere, Action write)
        {
            if (isThere)
            {
                writer.Append(isFirst ? "" : ", ");
                isFirst = false;
                write();
            }
        }
    }

    private static bool Write(ReprWriter writer, string? text)
    {
        writer.Append(text ?? "");
        return text is not null;
    }

    private static bool WriteCall(ReprWriter writer, string name, IReadOnlyList<PyValue> arguments)
    {
        writer.Append($"{name}(");
        writer.WriteItems(arguments);
        writer.Append(")");
        return true;
    }

    private static bool IsMemoryFormat(PyObject record) =>
        record.Arguments.Items is [PyGlobal { Module: "torch" or "torch._utils", Name: "torch" }, PyString { Value: var name }] && PythonConstants.IsMemoryFormat(name);

    private static bool WriteSize(ReprWriter writer, PyObject record)
    {
        if (record.Arguments.Items is not [PyTuple { Items: var sizes }] || !sizes.All(size => size is PyInt))
        {
            return false;
        }

        writer.Append("torch.Size([");
        writer.WriteItems(sizes);
        writer.Append("])");
        return true;
    }

    private static bool WriteDevice(ReprWriter writer, PyObject record)
    {
        if (record.Arguments.Items is not [PyString type, .. var rest] || rest is not ([] or [PyInt]))
        {
            return false;
        }

        writer.Append("device(type=");
        writer.Write(type);
        writer.Append(rest is [var index] ? $", index={index})" : ")");
        return true;
    }

    private static bool WriteRange(ReprWriter writer, PyObject record) => record.Arguments.Items is [PyInt start, PyInt stop, PyInt step]
        && WriteCall(writer, "range", step.Equals(PyInt.From(1)) ? [start, stop] : [start, stop, step]);

    private static bool WriteFraction(ReprWriter writer, PyObject record) => PythonNumbers.Fraction(record) is var (numerator, denominator)
        && WriteCall(writer, "Fraction", [PyInt.From(numerator), PyInt.From(denominator)]);

    private static bool WriteDeque(ReprWriter writer, PyObject record)
    {
        if (PythonContainers.Items(record) is not { } items)
        {
            return false;
        }

        writer.Append("deque([");
        writer.WriteItems(items);
        writer.Append(PythonContainers.MaxLength(record) is { } length ? $"], maxlen={length})" : "])");
        return true;
    }

    // The largest count first; those that are no numbers in their order, as in Python.
    private static bool WriteCounter(ReprWriter writer, PyObject record)
    {
        var counts = record.Entries is not null || record.Arguments.Items is [] or [PyDict] ? PythonContainers.Entries(record) : null;
        if (counts is null or { Count: 0 })
        {
            return Write(writer, counts is null ? null : "Counter()");
        }

        var entries = (IEnumerable<KeyValuePair<PyValue, PyValue>>)counts;
        if (counts.Count <= MaxLength && counts.All(entry => entry.Value is PyInt or PyBool))
        {
            entries = counts.OrderByDescending(entry => entry.Value is PyInt number ? number.Value : entry.Value.AsInt64());
        }

        writer.Append("Counter(");
        writer.WriteEntries(entries);
        writer.Append(")");
        return true;
    }

    private static bool WriteDefaultDict(ReprWriter writer, PyObject record)
    {
        if (record.Arguments.Items.Length > 1)
        {
            return false;
        }

        writer.Append("defaultdict(");
        writer.Write(record.Arguments.Items is [var factory] ? factory : PyNone.Value);
        writer.Append(", ");
        writer.WriteEntries(record.Entries is { Count: > 0 } entries ? entries : []);
        writer.Append(")");
        return true;
    }

    // Names that are no identifiers come as a dictionary at the end (CPython Lib/argparse.py, _AttributeHolder).
    private static bool WriteAttributes(ReprWriter writer, PyObject record, string name)
    {
        if (record is not { Items: null, Entries: null } || PythonContainers.Attributes(record) is not { } attributes)
        {
            return false;
        }

        PyDict others = [];
        writer.Append($"{name}(");
        var isFirst = true;
        for (var i = 0; i < attributes.Count && !writer.IsFull; i++)
        {
            var (key, value) = attributes.At(i);
            if (PythonNames.Text(key) is { } text && IsIdentifier(text))
            {
                writer.Append(isFirst ? $"{text}=" : $", {text}=");
                writer.Write(value);
                isFirst = false;
            }
            else
            {
                others.Add(key, value);
            }
        }

        if (others.Count > 0)
        {
            writer.Append(isFirst ? "**" : ", **");
            writer.WriteEntries(others);
        }

        writer.Append(")");
        return true;
    }

    private static bool WritePartial(ReprWriter writer, PyObject record)
    {
        if (record.State is not PyTuple { Items: [var function, PyTuple arguments, PyDict or PyNone, _] } state)
        {
            return false;
        }

        writer.Append("functools.partial(");
        writer.Write(function);
        writer.Append(arguments.Items.IsEmpty ? "" : ", ");
        writer.WriteItems(arguments.Items);
        var keywords = state.Items[2] as PyDict ?? [];
        for (var i = 0; i < keywords.Count && !writer.IsFull; i++)
        {
            var (key, value) = keywords.At(i);
            writer.Append($", {PythonNames.Text(key) ?? key.Brief}=");
            writer.Write(value);
        }

        writer.Append(")");
        return true;
    }

    private static bool WritePattern(ReprWriter writer, PyObject record)
    {
        if (record.Arguments.Items is not [PyString or PyBytes, PyInt number] || !number.TryGetInt64(out var bits) || bits is < 0 or >= 1 << 9)
        {
            return false;
        }

        // Texts are Unicode unless they say otherwise.
        bits = record.Arguments.Items[0] is PyString ? bits & ~UnicodeFlag : bits;
        var pattern = record.Arguments.Items[0].ToString()!;
        var names = string.Join('|', _flags.Where((_, bit) => (bits >> bit & 1) == 1));
        writer.Append($"re.compile({(pattern.Length > MaxPattern ? pattern[..MaxPattern] : pattern)}{(names.Length == 0 ? ")" : $", {names})")}");
        return true;
    }

    // RandomState(MT19937), without the address that Python shows.
    private static bool WriteGenerator(ReprWriter writer, PyObject record, string name)
    {
        var kind = record.Arguments.Items switch
        {
            [PyString text, ..] => text.Value,
            [PyObject { Arguments.Items: [PyString text, ..] }, ..] => text.Value,
            [PyObject { Arguments.Items: [PyGlobal type, ..] }, ..] => type.Name,
            _ => null,
        };
        return Write(writer, kind is not null && IsIdentifier(kind) ? $"{name}({kind})" : null);
    }

    internal static bool IsIdentifier(string name)
    {
        const int MaxName = 200;
        return name.Length is > 0 and <= MaxName && !char.IsDigit(name[0]) && name.All(c => c == '_' || char.IsLetterOrDigit(c));
    }
}
