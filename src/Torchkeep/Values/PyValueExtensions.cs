using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using Torchkeep.Values;

namespace Torchkeep;

/// <summary>
/// What the records of Python's, NumPy's and PyTorch's plain objects say, as .NET values. The records stay what they are,
/// and a save writes them again.
/// </summary>
public static class PyValueExtensions
{
    /// <summary>A <c>datetime</c> without a time zone.</summary>
    /// <param name="value">The record.</param>
    /// <exception cref="InvalidOperationException">It is none, or has a zone; the message says what it is.</exception>
    /// <exception cref="InvalidCheckpointException">Its bytes are no date.</exception>
    public static DateTime AsDateTime(this PyValue value) =>
        PythonDates.DateTime(value, out var zone) is { } time && zone is null ? time : throw value.Unexpected("a datetime without a time zone");

    /// <summary>A <c>datetime</c> with a fixed offset from UTC.</summary>
    /// <param name="value">The record.</param>
    /// <exception cref="InvalidOperationException">It is none, has no zone, or one that is no fixed offset of whole minutes.</exception>
    /// <exception cref="InvalidCheckpointException">Its bytes are no date.</exception>
    public static DateTimeOffset AsDateTimeOffset(this PyValue value)
    {
        const int MaxHours = 14;
        return PythonDates.DateTime(value, out var zone) is { } time
            && zone is not null && PythonDates.Offset(zone) is { } offset
            && offset.Ticks % TimeSpan.TicksPerMinute == 0 && offset.Duration() <= TimeSpan.FromHours(MaxHours)
            && time.Ticks - offset.Ticks >= 0 && time.Ticks - offset.Ticks <= DateTime.MaxValue.Ticks
            ? new(time, offset)
            : throw value.Unexpected("a datetime with an offset from UTC");
    }

    /// <summary>A <c>date</c>.</summary>
    /// <param name="value">The record.</param>
    /// <exception cref="InvalidOperationException">It is none; the message says what it is.</exception>
    /// <exception cref="InvalidCheckpointException">Its bytes are no date.</exception>
    public static DateOnly AsDateOnly(this PyValue value) => PythonDates.Date(value) ?? throw value.Unexpected("a date");

    /// <summary>A <c>time</c> without a time zone.</summary>
    /// <param name="value">The record.</param>
    /// <exception cref="InvalidOperationException">It is none, or has a zone; the message says what it is.</exception>
    /// <exception cref="InvalidCheckpointException">Its bytes are no time.</exception>
    public static TimeOnly AsTimeOnly(this PyValue value) =>
        PythonDates.Time(value, out var zone) is { } time && zone is null ? time : throw value.Unexpected("a time without a time zone");

    /// <summary>A <c>timedelta</c>, or the offset of a <c>timezone</c>.</summary>
    /// <param name="value">The record.</param>
    /// <exception cref="InvalidOperationException">It is none; the message says what it is.</exception>
    /// <exception cref="OverflowException">It is longer than a <see cref="TimeSpan"/> can be.</exception>
    public static TimeSpan AsTimeSpan(this PyValue value) => PythonDates.Duration(value) ?? throw value.Unexpected("a timedelta");

    /// <summary>A <c>decimal.Decimal</c>, exactly and with its trailing zeros.</summary>
    /// <param name="value">The record.</param>
    /// <exception cref="InvalidOperationException">It is none; the message says what it is.</exception>
    /// <exception cref="OverflowException">It has more digits than a <see cref="decimal"/>, or is no number.</exception>
    public static decimal AsDecimal(this PyValue value) => PythonNumbers.Decimal(value) ?? throw value.Unexpected("a Decimal");

    /// <summary>A <c>fractions.Fraction</c>.</summary>
    /// <param name="value">The record.</param>
    /// <exception cref="InvalidOperationException">It is none; the message says what it is.</exception>
    public static (BigInteger Numerator, BigInteger Denominator) AsFraction(this PyValue value) =>
        PythonNumbers.Fraction(value) ?? throw value.Unexpected("a Fraction");

    /// <summary>A <c>complex</c>, also of NumPy.</summary>
    /// <param name="value">The value.</param>
    /// <exception cref="InvalidOperationException">It is none; the message says what it is.</exception>
    public static Complex AsComplex(this PyValue value) => (value as PyComplex ?? NumpyReader.Scalar(value) as PyComplex)?.Value ?? throw value.Unexpected("a complex");

    /// <summary>A <c>uuid.UUID</c>.</summary>
    /// <param name="value">The record.</param>
    /// <exception cref="InvalidOperationException">It is none; the message says what it is.</exception>
    public static Guid AsGuid(this PyValue value) => PythonNumbers.Uuid(value) ?? throw value.Unexpected("a UUID");

    /// <summary>A path of <c>pathlib</c>, with the separators of its class. It is text: nothing is looked up.</summary>
    /// <param name="value">The record.</param>
    /// <exception cref="InvalidOperationException">It is none; the message says what it is.</exception>
    public static string AsPath(this PyValue value) => PythonPaths.Of(value) ?? throw value.Unexpected("a path");

    /// <summary>Python's <c>bytes</c> or <c>bytearray</c>, not copied.</summary>
    /// <param name="value">The value.</param>
    /// <exception cref="InvalidOperationException">It is none; the message says what it is.</exception>
    public static ReadOnlyMemory<byte> AsBytes(this PyValue value) => value is PyBytes bytes ? bytes.Value : throw value.Unexpected("bytes");

    /// <summary>A NumPy array or scalar.</summary>
    /// <param name="value">The record.</param>
    /// <exception cref="InvalidOperationException">It is none; the message says what it is.</exception>
    /// <exception cref="InvalidCheckpointException">Its bytes are not as many as its shape and type need.</exception>
    public static NumpyArray AsNumpy(this PyValue value) => NumpyReader.Array(value) ?? throw value.Unexpected("a NumPy array or scalar");

    /// <summary>The sizes of a <c>torch.Size</c>, or of a tuple or list of ints.</summary>
    /// <param name="value">The value.</param>
    /// <exception cref="InvalidOperationException">It is none; the message says what it is.</exception>
    public static ImmutableArray<long> AsShape(this PyValue value)
    {
        var items = PythonContainers.Items(value);
        return value is not PySet && items is not null && items.All(item => item is PyInt number && number.TryGetInt64(out _))
            ? [.. items.Select(item => item.AsInt64())]
            : throw value.Unexpected("a torch.Size");
    }

    /// <summary>A <c>torch.device</c> as a tag: <c>cpu</c>, <c>cuda:1</c>.</summary>
    /// <param name="value">The record.</param>
    /// <exception cref="InvalidOperationException">It is none; the message says what it is.</exception>
    public static string AsDevice(this PyValue value) => value is PyObject record && PythonNames.Of(record) is "torch.device" && record.Arguments.Items is [PyString type, .. var rest]
        ? rest switch
        {
            [] => type.Value,
            [PyInt index] => $"{type.Value}:{index}",
            _ => throw value.Unexpected("a torch.device"),
        }
        : throw value.Unexpected("a torch.device");

    /// <summary>A <c>torch.dtype</c>.</summary>
    /// <param name="value">The name.</param>
    /// <exception cref="InvalidOperationException">It is none that is known; the message says what it is.</exception>
    public static ElementType AsElementType(this PyValue value) =>
        value is PyGlobal { Module: "torch" } name && ElementTypeInfo.TryParse(name.Name, out var info) ? info!.Type : throw value.Unexpected("a torch.dtype");

    /// <summary>The start, the end and the step of a <c>range</c>.</summary>
    /// <param name="value">The record.</param>
    /// <exception cref="InvalidOperationException">It is none; the message says what it is.</exception>
    /// <exception cref="OverflowException">A number needs more than 64 bits.</exception>
    public static (long Start, long Stop, long Step) AsRange(this PyValue value) =>
        value is PyObject record && PythonNames.Of(record) is "builtins.range" && record.Arguments.Items is [PyInt start, PyInt stop, PyInt step]
            ? (start.ToInt64(), stop.ToInt64(), step.ToInt64())
            : throw value.Unexpected("a range");

    /// <summary>The start, the end and the step of a <c>slice</c>, each of which may be <see cref="PyNone"/>.</summary>
    /// <param name="value">The record.</param>
    /// <exception cref="InvalidOperationException">It is none; the message says what it is.</exception>
    public static (PyValue Start, PyValue Stop, PyValue Step) AsSlice(this PyValue value) =>
        value is PyObject record && PythonNames.Of(record) is "builtins.slice" && record.Arguments.Items is [var start, var stop, var step]
            ? (start, stop, step)
            : throw value.Unexpected("a slice");

    /// <summary>
    /// The entries of a list, tuple, set, <c>collections.deque</c>, <c>torch.Size</c> or namedtuple, and of any record that
    /// was made as a list.
    /// </summary>
    /// <param name="value">The value.</param>
    /// <exception cref="InvalidOperationException">It is none; the message says what it is.</exception>
    public static IReadOnlyList<PyValue> AsItems(this PyValue value) => PythonContainers.Items(value) ?? throw value.Unexpected("a list, tuple, set or deque");

    /// <summary>A <c>collections.deque</c>: its entries, and the most it keeps; null for any number.</summary>
    /// <param name="value">The record.</param>
    /// <exception cref="InvalidOperationException">It is none; the message says what it is.</exception>
    /// <exception cref="OverflowException">The number needs more than 64 bits.</exception>
    public static (IReadOnlyList<PyValue> Items, long? MaxLength) AsDeque(this PyValue value) =>
        value is PyObject record && PythonNames.Of(record) is "collections.deque" && PythonContainers.Items(record) is { } items
            ? (items, PythonContainers.MaxLength(record)?.ToInt64())
            : throw value.Unexpected("a deque");

    /// <summary>A <c>re.Pattern</c>: the text, or the bytes, and Python's flags. It is not compiled.</summary>
    /// <param name="value">The record.</param>
    /// <exception cref="InvalidOperationException">It is none; the message says what it is.</exception>
    /// <exception cref="OverflowException">The flags need more than 64 bits.</exception>
    public static (PyValue Pattern, long Flags) AsPattern(this PyValue value) =>
        value is PyObject record && PythonNames.Of(record) is "re._compile" && record.Arguments.Items is [PyString or PyBytes, PyInt flags]
            ? (record.Arguments.Items[0], flags.ToInt64())
            : throw value.Unexpected("a re.Pattern");

    /// <summary>
    /// A member of an <c>enum</c>: the class, and the value that it has, or the text that it is named by. Any call of a name
    /// with one argument looks the same in a file.
    /// </summary>
    /// <param name="value">The record.</param>
    /// <exception cref="InvalidOperationException">It is none; the message says what it is.</exception>
    public static (PyGlobal Class, PyValue Value) AsEnum(this PyValue value) =>
        value is PyObject { Kind: PyObjectKind.Call, KeywordArguments: null, Items: null, Entries: null, State: null } record
            ? record switch
            {
                { Callable: PyGlobal { Name: "getattr" }, Arguments.Items: [PyGlobal type, PyString name] } => (type, name),
                { Callable: PyGlobal type, Arguments.Items: [var member] } => (type, member),
                _ => throw value.Unexpected("a member of an enum"),
            }
            : throw value.Unexpected("a member of an enum");

    /// <summary>A NumPy <c>dtype</c>.</summary>
    /// <param name="value">The record.</param>
    /// <exception cref="InvalidOperationException">It is none that is known; the message says what it is.</exception>
    public static NumpyType AsNumpyType(this PyValue value) => NumpyReader.Type(value) ?? throw value.Unexpected("a NumPy dtype");

    /// <summary>
    /// The entries of a dict, OrderedDict, <c>collections.Counter</c> or <c>defaultdict</c>, and of any record that was made
    /// as a dict.
    /// </summary>
    /// <param name="value">The value.</param>
    /// <exception cref="InvalidOperationException">It is none; the message says what it is.</exception>
    public static PyDict AsDict(this PyValue value) => PythonContainers.Entries(value) ?? throw value.Unexpected("a dictionary");

    /// <summary>Whether a value is what <see cref="AsDict"/> gives, and its entries.</summary>
    /// <param name="value">The value.</param>
    /// <param name="entries">The entries; no copy.</param>
    public static bool TryAsDict(this PyValue value, [NotNullWhen(true)] out PyDict? entries) => (entries = PythonContainers.Entries(value)) is not null;

    /// <summary>
    /// A dictionary's key in Python's spelling, as <see cref="PyEntry.Path"/> has it between brackets but for its number:
    /// <c>'name'</c>, <c>('user', 'rates')</c>, <c>frozenset({1, 2})</c>, <c>&lt;Parameter torch.float32 [3]&gt;</c>.
    /// </summary>
    /// <param name="key">The key.</param>
    public static string ToKeyText(this PyValue key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return PyKeyText.Of(key, PyKeyText.MaxLength);
    }

    /// <summary>
    /// What <see cref="PyValue.this[string]"/> looks at first: the entries of a dictionary, or of a record that has any; of
    /// every other record with attributes those.
    /// </summary>
    /// <param name="value">The value.</param>
    /// <exception cref="InvalidOperationException">It has neither; the message says what it is.</exception>
    public static PyDict AsMapping(this PyValue value) => PythonContainers.Mapping(value) ?? throw value.Unexpected("a dictionary");

    /// <summary>
    /// Whether a value can be taken for one tensor: a <see cref="PyTensor"/>, a DTensor of which all is here
    /// (<see cref="PyWrapperTensor.Whole"/>), or a NumPy array of numbers or truths. Of the same array it is the same tensor
    /// each time, over the bytes that lie in the file's pickle.
    /// </summary>
    /// <param name="value">The value.</param>
    /// <param name="tensor">The tensor.</param>
    /// <returns>
    /// False for all else: also for arrays of text, objects, structures, dates and long doubles, for one whose bytes are not as
    /// many as its shape and type need, and for NumPy's scalars.
    /// </returns>
    public static bool TryAsTensor(this PyValue value, [NotNullWhen(true)] out PyTensor? tensor)
    {
        tensor = value as PyTensor ?? (value as PyWrapperTensor)?.Whole ?? NumpyReader.Tensor(value);
        return tensor is not null;
    }

    /// <summary>Whether a value is a NumPy array; a scalar is none.</summary>
    /// <param name="value">The value.</param>
    /// <param name="array">The array.</param>
    /// <returns>False for all else, for a dtype that is not known, and where the bytes are not as many as the shape and the dtype need.</returns>
    public static bool TryAsArray(this PyValue value, [NotNullWhen(true)] out NumpyArray? array) => (array = NumpyReader.WholeArray(value)) is not null;

    /// <summary>
    /// The attributes of an object: an <c>argparse.Namespace</c>, a dataclass, a module, with those in slots; of a tensor or
    /// an OrderedDict what it carries. Empty where there are none.
    /// </summary>
    /// <param name="value">The value.</param>
    /// <exception cref="InvalidOperationException">It has no attributes, or a state that is something else; the message says what it is.</exception>
    public static PyDict AsAttributes(this PyValue value) => PythonContainers.Attributes(value) ?? throw value.Unexpected("an object with attributes");

    /// <summary>A <c>torch.Generator</c>.</summary>
    /// <param name="value">The record.</param>
    /// <exception cref="InvalidOperationException">It is none; the message says what it is.</exception>
    public static PyGenerator AsGenerator(this PyValue value) =>
        value is PyObject { State: PyTuple { Items: [PyInt seed, var offset, PyTensor state] }, Arguments.Items: [var device] } record
        && PythonNames.Of(record) is "torch._C.Generator"
            ? new(device is PyString tag ? tag.Value : device.AsDevice(), seed.Value, (offset as PyInt)?.Value, state.View)
            : throw value.Unexpected("a torch.Generator");

    /// <summary>A <c>functools.partial</c>.</summary>
    /// <param name="value">The record.</param>
    /// <exception cref="InvalidOperationException">It is none; the message says what it is.</exception>
    public static PyPartial AsPartial(this PyValue value) =>
        value is PyObject { State: PyTuple { Items: [var function, PyTuple arguments, var keywords, _] } } record && PythonNames.Of(record) is "functools.partial"
            ? new(function, arguments, keywords as PyDict ?? [])
            : throw value.Unexpected("a functools.partial");
}
