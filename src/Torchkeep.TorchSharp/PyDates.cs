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

    internal static DateTime ToDateTime(PyValue value)
    {
        if (value is PyString text && DateTime.TryParse(text.Value, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var parsed))
        {
            return parsed;
        }

        var (local, offset) = ReadMoment(value);
        return offset is null ? local : DateTime.SpecifyKind(local - offset.Value, DateTimeKind.Utc);
    }

    internal static DateTimeOffset ToDateTimeOffset(PyValue value)
    {
        if (value is PyString text && DateTimeOffset.TryParse(text.Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var parsed))
        {
            return parsed;
        }

        var (local, offset) = ReadMoment(value);
        return offset is null ? throw Unexpected("a datetime with a time zone", value) : new(local, offset.Value);
    }

    internal static DateOnly ToDateOnly(PyValue value) =>
        value is PyString text && DateOnly.TryParse(text.Value, CultureInfo.InvariantCulture, out var parsed) ? parsed
        : Arguments(value, "date") is [PyBytes { Value.Length: DateBytes } packed] ? DateOnly.FromDateTime(Checked(() => Unpack(packed.Value.Span, []), value))
        : throw Unexpected("a date", value);

    internal static TimeOnly ToTimeOnly(PyValue value) =>
        value is PyString text && TimeOnly.TryParse(text.Value, CultureInfo.InvariantCulture, out var parsed) ? parsed
        : Arguments(value, "time") is [PyBytes { Value.Length: TimeBytes } packed] ? TimeOnly.FromDateTime(Checked(() => Unpack([0, 1, 1, 1], packed.Value.Span), value))
        : throw Unexpected("a time without a time zone", value);

    internal static TimeSpan ToTimeSpan(PyValue value) =>
        value is PyString text && TimeSpan.TryParse(text.Value, CultureInfo.InvariantCulture, out var parsed) ? parsed
        : Arguments(value, "timedelta") is [PyInt days, PyInt seconds, PyInt microseconds] ? Checked(
            () => new TimeSpan(checked(
                ((long)days.Value * TimeSpan.TicksPerDay) + ((long)seconds.Value * TimeSpan.TicksPerSecond) + ((long)microseconds.Value * TimeSpan.TicksPerMicrosecond))),
            value)
        : throw Unexpected("a timedelta", value);

    private static (DateTime Local, TimeSpan? Offset) ReadMoment(PyValue value)
    {
        var (packed, zone) = Arguments(value, "datetime") switch
        {
            [PyBytes bytes] => (bytes, null),
            [PyBytes bytes, var named] => (bytes, named),
            _ => throw Unexpected("a datetime", value),
        };
        if (packed.Value.Length != DateBytes + TimeBytes)
        {
            throw Unexpected("a datetime", value);
        }

        TimeSpan? offset = null;
        if (zone is not null)
        {
            offset = Arguments(zone, "timezone") is [var delta, ..] ? ToTimeSpan(delta) : throw Unexpected("a datetime.timezone", zone);
        }

        return (Checked(() => Unpack(packed.Value.Span[..DateBytes], packed.Value.Span[DateBytes..]), value), offset);
    }

    private static PyObject Record(string name, params ReadOnlySpan<PyValue> arguments) =>
        new(PyObjectKind.Call, new PyGlobal(Module, name), new PyTuple(arguments));

    private static ReadOnlySpan<PyValue> Arguments(PyValue value, string name) =>
        value is PyObject { Callable: PyGlobal { Module: Module } callable } record && callable.Name == name ? record.Arguments.Items.AsSpan() : [];

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

    // The highest bit of the month, or of the hour in a time, is Python's "fold", which .NET has not.
    private static DateTime Unpack(ReadOnlySpan<byte> date, ReadOnlySpan<byte> time)
    {
        var day = new DateTime(BinaryPrimitives.ReadUInt16BigEndian(date), date[2] & 0x7f, date[3], 0, 0, 0, DateTimeKind.Unspecified);
        return time.IsEmpty
            ? day
            : day + new TimeOnly(time[0] & 0x7f, time[1], time[2]).ToTimeSpan() + TimeSpan.FromMicroseconds((time[3] << 16) | (time[4] << 8) | time[5]);
    }

    private static T Checked<T>(Func<T> read, PyValue value)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is ArgumentOutOfRangeException or OverflowException)
        {
            throw new InvalidOperationException($"{value.TypeName} is out of the range that .NET has", error);
        }
    }

    private static InvalidOperationException Unexpected(string expected, PyValue found) =>
        new($"expected {expected}, found {found.TypeName}{(found is PyString ? $" {found}" : "")}");
}
