using System.Globalization;

namespace Torchkeep.Values;

/// <summary>Python's repr of records that are plain data, where that is short.</summary>
internal static class RecordRepr
{
    private const int MaxItems = 16;
    private const int MaxText = 200;

    internal static string? Of(PyObject record)
    {
        if (record.Items is not null || record.Entries is not null)
        {
            return null;
        }

        var name = PythonNames.Of(record);
        return (name, record.Arguments.Items) switch
        {
            ("torch.Size", [PyTuple { Items: { Length: <= MaxItems } sizes }]) when sizes.All(size => size is PyInt) => $"torch.Size([{string.Join(", ", sizes)}])",
            ("torch.device", [PyString type]) when IsShort(type) => $"device(type={type})",
            ("torch.device", [PyString type, PyInt index]) when IsShort(type) => $"device(type={type}, index={index})",
            ("torch.serialization._get_layout", [PyString layout]) when IsShort(layout) => layout.Value,
            ("builtins.getattr", [PyGlobal { Module: "torch._utils", Name: "torch" }, PyString format]) when IsShort(format) => $"torch.{format.Value}",
            ("builtins.range", [PyInt start, PyInt stop, PyInt step]) => step.Equals(PyInt.From(1)) ? $"range({start}, {stop})" : $"range({start}, {stop}, {step})",
            ("builtins.slice", [var start, var stop, var step]) when IsPlain(start) && IsPlain(stop) && IsPlain(step) => $"slice({start}, {stop}, {step})",
            ("decimal.Decimal", [PyString digits]) when IsShort(digits) => $"Decimal({digits})",
            ("pathlib.PosixPath" or "pathlib.PurePosixPath" or "pathlib.WindowsPath" or "pathlib.PureWindowsPath", _) when PythonPaths.Of(record) is { Length: <= MaxText } path =>
                $"{name["pathlib.".Length..]}({new PyString(path)})",
            ("fractions.Fraction", _) when PythonNumbers.Fraction(record) is var (numerator, denominator) => $"Fraction({numerator}, {denominator})",
            ("datetime.date", _) when PythonDates.Date(record) is { } date => string.Create(CultureInfo.InvariantCulture, $"datetime.date({date.Year}, {date.Month}, {date.Day})"),
            ("datetime.datetime", _) when PythonDates.DateTime(record, out var zone) is { } time && zone is null => $"datetime.datetime({DateTime(time)})",
            ("datetime.timedelta", [PyInt days, PyInt seconds, PyInt microseconds]) => $"datetime.timedelta(days={days}, seconds={seconds}, microseconds={microseconds})",
            ("uuid.UUID", _) when PythonNumbers.Uuid(record) is { } uuid => $"UUID('{uuid}')",
            ("numpy._core.multiarray.scalar", _) => Scalar(record),
            _ => null,
        };
    }

    private static string? Scalar(PyObject record) => NumpyReader.Array(record) is { Type.Kind: 'b' or 'i' or 'u' or 'f' or 'c' } array && NumpyReader.Scalar(record) is { } value
        ? $"numpy.{(array.Type.Kind == 'b' ? "bool" : ElementTypeInfo.Of(array.Type.ElementType!.Value).Name)}({value})"
        : null;

    // Python leaves out seconds and microseconds that are 0.
    private static string DateTime(DateTime time)
    {
        var microseconds = (time.Millisecond * 1000) + time.Microsecond;
        var rest = microseconds != 0 ? $", {time.Second}, {microseconds}" : time.Second != 0 ? $", {time.Second}" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{time.Year}, {time.Month}, {time.Day}, {time.Hour}, {time.Minute}{rest}");
    }

    private static bool IsShort(PyString text) => text.Value.Length <= MaxText;

    private static bool IsPlain(PyValue value) => value is PyNone or PyInt or PyFloat or PyBool;
}
