using System.Buffers.Binary;
using System.Globalization;

namespace Torchkeep;

/// <summary>
/// Dates and times as Python's <c>datetime</c> objects. A save does not make these of itself, because <c>torch.load</c>
/// of PyTorch refuses them with its defaults: it needs <c>weights_only=False</c> or <c>torch.serialization.add_safe_globals</c>.
/// A text, <c>value.ToString("O")</c>, is loaded everywhere. <c>(DateTime)checkpoint["when"]</c> and its like read either.
/// </summary>
/// <remarks>Source of the layout: CPython's Modules/_datetimemodule.c, <c>datetime_getstate</c>. Python counts microseconds; finer ticks are cut off.</remarks>
public static class PyDates
{
    private const string Module = "datetime";
    private const int DateBytes = 4;
    private const int TimeBytes = 6;

    /// <summary>A <c>datetime.datetime</c>: in UTC or at the local offset by its kind, without a time zone where the kind is unspecified.</summary>
    /// <param name="value">The moment.</param>
    public static PyValue From(DateTime value) => value.Kind == DateTimeKind.Unspecified
        ? Record("datetime", Pack(value))
        : From(new DateTimeOffset(value));

    /// <summary>A <c>datetime.datetime</c> with a <c>datetime.timezone</c> of its offset.</summary>
    /// <param name="value">The moment.</param>
    public static PyValue From(DateTimeOffset value) =>
        Record("datetime", Pack(value.DateTime), Record("timezone", From(value.Offset)));

    /// <summary>A <c>datetime.date</c>.</summary>
    /// <param name="value">The day.</param>
    public static PyValue From(DateOnly value) =>
        Record("date", new PyBytes(Pack(value.ToDateTime(TimeOnly.MinValue)).Value.Span[..DateBytes]));

    /// <summary>A <c>datetime.time</c>.</summary>
    /// <param name="value">The time of day.</param>
    public static PyValue From(TimeOnly value) =>
        Record("time", new PyBytes(Pack(DateTime.MinValue + value.ToTimeSpan()).Value.Span[DateBytes..]));

    /// <summary>A <c>datetime.timedelta</c>.</summary>
    /// <param name="value">The duration.</param>
    public static PyValue From(TimeSpan value)
    {
        // As Python has it: only the days are negative.
        var days = Math.DivRem(value.Ticks, TimeSpan.TicksPerDay, out var rest);
        if (rest < 0)
        {
            (days, rest) = (days - 1, rest + TimeSpan.TicksPerDay);
        }

        return Record("timedelta", days, rest / TimeSpan.TicksPerSecond, rest % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond);
    }

    /// <summary>A moment with a time zone is given in UTC.</summary>
    internal static DateTime ToDateTime(PyValue value) =>
        value is PyString text && DateTime.TryParse(text.Value, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var parsed) ? parsed
        : value is PyObject { Arguments.Items: [_, not PyNone] } ? value.AsDateTimeOffset().UtcDateTime
        : value.AsDateTime();

    internal static DateTimeOffset ToDateTimeOffset(PyValue value) =>
        value is PyString text && DateTimeOffset.TryParse(text.Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var parsed) ? parsed
        : value.AsDateTimeOffset();

    internal static DateOnly ToDateOnly(PyValue value) =>
        value is PyString text && DateOnly.TryParse(text.Value, CultureInfo.InvariantCulture, out var parsed) ? parsed : value.AsDateOnly();

    internal static TimeOnly ToTimeOnly(PyValue value) =>
        value is PyString text && TimeOnly.TryParse(text.Value, CultureInfo.InvariantCulture, out var parsed) ? parsed : value.AsTimeOnly();

    internal static TimeSpan ToTimeSpan(PyValue value) =>
        value is PyString text && TimeSpan.TryParse(text.Value, CultureInfo.InvariantCulture, out var parsed) ? parsed : value.AsTimeSpan();

    private static PyObject Record(string name, params ReadOnlySpan<PyValue> arguments) =>
        new(PyObjectKind.Call, new PyGlobal(Module, name), new PyTuple(arguments));

    // Year, month, day, hour, minute, second and three bytes of microseconds, big-endian.
    private static PyBytes Pack(DateTime value)
    {
        Span<byte> bytes = stackalloc byte[DateBytes + TimeBytes];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)value.Year);
        (bytes[2], bytes[3]) = ((byte)value.Month, (byte)value.Day);
        (bytes[4], bytes[5], bytes[6]) = ((byte)value.Hour, (byte)value.Minute, (byte)value.Second);
        var microseconds = (int)(value.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond);
        (bytes[7], bytes[8], bytes[9]) = ((byte)(microseconds >> 16), (byte)(microseconds >> 8), (byte)microseconds);
        return new(bytes);
    }
}
