using System.Diagnostics.CodeAnalysis;

namespace Torchkeep;

/// <summary>
/// One Python value of a checkpoint, as inert data: nothing in it was looked up, imported or run. The kinds are closed:
/// <see cref="PyNone"/>, <see cref="PyBool"/>, <see cref="PyInt"/>, <see cref="PyFloat"/>, <see cref="PyComplex"/>,
/// <see cref="PyString"/>, <see cref="PyBytes"/> are leaves compared by value; <see cref="PyList"/>,
/// <see cref="PyTuple"/>, <see cref="PyDict"/>, <see cref="PySet"/>, <see cref="PyObject"/>, <see cref="PyTensor"/>,
/// <see cref="PyCompositeTensor"/> with its kinds and <see cref="PyStorage"/> have identity, which a save keeps; <see cref="PyGlobal"/> is a name and stays one.
/// </summary>
public abstract class PyValue
{
    private protected PyValue()
    {
    }

    /// <summary>What Python calls the type: <c>int</c>, <c>OrderedDict</c>, <c>Tensor</c>; for a record of plain data its class, for any other <c>object</c> and its class.</summary>
    public abstract string TypeName { get; }

    /// <summary>What a sentence calls it: <c>an int</c>, <c>an OrderedDict</c>, <c>a quantized tensor of torch.qint8</c>, <c>an object of models.Net</c>.</summary>
    public string Noun => Values.PythonNouns.Of(this);

    /// <summary>
    /// The entry of a dictionary under a string key, also of a <c>collections.Counter</c>, a <c>defaultdict</c> or any record
    /// with entries; or an attribute of an object, as of an <c>argparse.Namespace</c> or a dataclass. A record that has both has
    /// its entries looked at first.
    /// </summary>
    /// <param name="key">The key, or the attribute's name.</param>
    /// <exception cref="InvalidOperationException">This has neither entries nor attributes; the message says what it is.</exception>
    /// <exception cref="KeyNotFoundException">There is no such key or attribute; the message lists those there are.</exception>
    public PyValue this[string key] =>
        TryGet(key, out var value) ? value : (Values.PythonContainers.Mapping(this) ?? throw Unexpected("a dictionary")).Find(key);

    /// <summary>The entry of a list or tuple, also of a <c>torch.Size</c>, <c>deque</c> or namedtuple; or of a dictionary under an int key.</summary>
    /// <param name="index">From 0, or the key.</param>
    /// <exception cref="InvalidOperationException">This is none of them; the message says what it is.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The list or tuple has fewer entries.</exception>
    /// <exception cref="KeyNotFoundException">The dictionary has no such key; the message lists those there are.</exception>
    public PyValue this[int index]
    {
        get
        {
            if (this is PySet || Values.PythonContainers.Items(this) is not { } items)
            {
                return (Values.PythonContainers.Entries(this) ?? throw Unexpected("a list, tuple or dictionary")).Find(PyInt.From(index));
            }

            return index >= 0 && index < items.Count
                ? items[index]
                : throw new ArgumentOutOfRangeException(nameof(index), index, $"the {TypeName} has {items.Count} entries");
        }
    }

    /// <summary>A Python string.</summary>
    /// <param name="value">The text.</param>
    public static implicit operator PyValue(string value) => new PyString(value);

    /// <summary>A Python int.</summary>
    /// <param name="value">The number.</param>
    public static implicit operator PyValue(long value) => PyInt.From(value);

    /// <summary>A Python float.</summary>
    /// <param name="value">The number.</param>
    public static implicit operator PyValue(double value) => new PyFloat(value);

    /// <summary>A Python bool.</summary>
    /// <param name="value">True or false.</param>
    public static implicit operator PyValue(bool value) => PyBool.From(value);

    /// <summary>A plain tensor that needs no gradient.</summary>
    /// <param name="value">The view.</param>
    public static implicit operator PyValue(TensorView value) => new PyTensor(value);

    /// <summary>Looks up a string key, or an attribute, without throwing.</summary>
    /// <param name="key">The key, or the attribute's name.</param>
    /// <param name="value">The entry, or the attribute.</param>
    /// <returns>False when this has neither entries nor attributes, or none of that name.</returns>
    public bool TryGet(string key, [NotNullWhen(true)] out PyValue? value) => Values.PythonContainers.TryGet(this, key, out value);

    /// <summary>The text of a Python string, also of a NumPy scalar.</summary>
    /// <exception cref="InvalidOperationException">This is not a string; the message says what it is.</exception>
    public string AsString() => (this as PyString ?? Values.NumpyReader.Scalar(this) as PyString)?.Value ?? throw Unexpected("a str");

    /// <summary>The number of a Python int, also of a NumPy scalar; a bool is 0 or 1, as in Python.</summary>
    /// <exception cref="InvalidOperationException">This is not an int; the message says what it is.</exception>
    /// <exception cref="OverflowException">The number needs more than 64 bits.</exception>
    public long AsInt64() => this switch
    {
        PyInt number => number.ToInt64(),
        PyBool truth => truth.Value ? 1 : 0,
        PyObject when Values.NumpyReader.Scalar(this) is PyInt or PyBool => Values.NumpyReader.Scalar(this)!.AsInt64(),
        _ => throw Unexpected("an int"),
    };

    /// <summary>The number of a Python float or int, also of a NumPy scalar; an int is rounded to the nearest.</summary>
    /// <exception cref="InvalidOperationException">This is not a number; the message says what it is.</exception>
    /// <exception cref="OverflowException">The int is larger than any float.</exception>
    public double AsDouble() => this switch
    {
        PyFloat number => number.Value,
        PyInt number => number.ToDouble(),
        PyBool truth => truth.Value ? 1 : 0,
        PyObject when Values.NumpyReader.Scalar(this) is PyFloat or PyInt or PyBool => Values.NumpyReader.Scalar(this)!.AsDouble(),
        _ => throw Unexpected("a float"),
    };

    /// <summary>The truth of a Python bool, also of a NumPy scalar.</summary>
    /// <exception cref="InvalidOperationException">This is not a bool; the message says what it is.</exception>
    public bool AsBoolean() => (this as PyBool ?? Values.NumpyReader.Scalar(this) as PyBool)?.Value ?? throw Unexpected("a bool");

    /// <summary>The view of a tensor, of a DTensor of which all is here, or of a NumPy array of numbers, whose bytes are not copied.</summary>
    /// <exception cref="InvalidOperationException">This is none of them, or the array is broken; the message says what it is.</exception>
    public TensorView AsTensor() => this.TryAsTensor(out var tensor) ? tensor.View : throw Unexpected("a tensor");

    /// <summary>
    /// Python's repr of the value, containers with what is in them too; of a longer one the start and three dots. NumPy's
    /// scalars and arrays are written as NumPy 2.4 writes them, arrays in one line, and of one of more than 256 items the first and
    /// last three of each dimension. An object of an unknown class is written as a call of the class with what the record has:
    /// <c>Point(1, 2)</c>, <c>Config(lr=0.1)</c>. What the file does not tell stands in angle brackets: <c>&lt;Tensor&gt;</c>.
    /// It takes no more time and memory than the text is long.
    /// </summary>
    /// <param name="maxLength">The most characters before the dots.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public string ToPython(int maxLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxLength);
        return Values.ReprWriter.Start(this, maxLength);
    }

    /// <summary>The text of <see cref="ToPython"/> where it is whole: all of the value is plain data, and fits.</summary>
    /// <param name="maxLength">The most characters.</param>
    /// <param name="text">The repr.</param>
    /// <returns>False where a part is a tensor or a storage, lies in itself, or is nested more than 20 deep, and where the text is longer.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public bool TryToPython(int maxLength, [NotNullWhen(true)] out string? text)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxLength);
        text = Values.ReprWriter.Whole(this, maxLength);
        return text is not null;
    }

    /// <summary><see cref="object.ToString"/> for messages: of a long text the start alone.</summary>
    internal string Brief
    {
        get
        {
            const int Shown = 100;
            return this switch
            {
                PyString { Value.Length: > Shown } text => $"{Values.PythonRepr.Of(text.Value[..Shown])}…",
                PyBytes { Value.Length: > Shown } bytes => $"{Values.PythonRepr.Of(bytes.Value.Span[..Shown], bytes.IsByteArray)}…",
                _ => ToString()!,
            };
        }
    }

    internal InvalidOperationException Unexpected(string expected) =>
        new(SafeText.Escape($"expected {expected}, found {this switch
        {
            PyCompositeTensor => $"{this}, a {GetType().Name} with its own members",
            _ when Values.NumpyReader.IsArray(this) => Values.NumpyReader.Describe(this),
            _ => TypeName,
        }}{(this is PyInt or PyFloat or PyBool or PyString ? $" {Brief}" : "")}"));
}
