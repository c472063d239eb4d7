namespace Torchkeep;

/// <summary>
/// An object of a class that Torchkeep does not know, kept as the record the file holds: which name was to be called
/// with what, and what was to be done to the result. Nothing of it has happened. A save writes the same record again.
/// </summary>
public sealed class PyObject : PyValue
{
    /// <summary>A record.</summary>
    /// <param name="kind">How the object was to be made.</param>
    /// <param name="callable">The class or function: a <see cref="PyGlobal"/>, or a record that would have yielded one.</param>
    /// <param name="arguments">The arguments.</param>
    /// <param name="keywordArguments">The keyword arguments, or null for none.</param>
    /// <exception cref="ArgumentException">The kind is no member of the enum, or the class or the arguments are null.</exception>
    public PyObject(PyObjectKind kind, PyValue callable, PyTuple arguments, PyDict? keywordArguments = null)
    {
        ArgumentNullException.ThrowIfNull(callable);
        ArgumentNullException.ThrowIfNull(arguments);
        if (kind is not (PyObjectKind.New or PyObjectKind.Call))
        {
            throw new ArgumentOutOfRangeException(nameof(kind), kind, "there is no such way to make an object");
        }

        Kind = kind;
        Callable = callable;
        Arguments = arguments;
        KeywordArguments = keywordArguments;
    }

    /// <summary>How the object was to be made.</summary>
    public PyObjectKind Kind { get; }

    /// <summary>The class or function: a <see cref="PyGlobal"/>, or a record that would have yielded one.</summary>
    public PyValue Callable { get; }

    /// <summary>The arguments.</summary>
    public PyTuple Arguments { get; }

    /// <summary>The keyword arguments, or null for none.</summary>
    public PyDict? KeywordArguments { get; }

    /// <summary>What was to be appended to the object, as to a list; or null.</summary>
    public PyList? Items { get; set; }

    /// <summary>What was to be set in the object, as in a dictionary; or null.</summary>
    public PyDict? Entries { get; set; }

    /// <summary>
    /// The state that was to be given to the object (<c>__setstate__</c>, or its attributes where it is a dictionary);
    /// or null.
    /// </summary>
    public PyValue? State { get; set; }

    /// <summary>The name of the class or function with its module; where a call would have yielded it, <c>(computed)</c>.</summary>
    public string ClassName => Callable is PyObject ? "(computed)" : Callable.Brief;

    /// <summary>
    /// Of plain data the class of the object: <c>datetime.date</c>, <c>collections.Counter</c>, <c>numpy.ndarray</c> and
    /// <c>numpy.float64</c> however they were pickled. Of any other record <c>object</c> and <see cref="ClassName"/>.
    /// </summary>
    public override string TypeName => Values.RecordRepr.TypeOf(this) ?? $"object {ClassName}";

    /// <summary>
    /// Python's repr where the record is plain data, as <c>torch.Size([2, 3])</c>, <c>device(type='cuda', index=1)</c>,
    /// <c>Decimal('1.50')</c>, <c>np.float64(0.1)</c>, <c>array([1, 2])</c>; else null, as where it is longer than 4,096
    /// characters, where a part of it is a tensor or an object of an unknown class, or where it lies in itself.
    /// <see cref="PyValue.ToPython"/> says how it differs from Python's.
    /// </summary>
    public string? Repr => Values.RecordRepr.Of(this);

    /// <summary>The class and that it is a record.</summary>
    public override string ToString() => TypeName;
}
