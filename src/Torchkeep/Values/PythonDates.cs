using System.Buffers.Binary;
using System.Globalization;

namespace Torchkeep.Values;

/// <summary>Dates and times, which pickle as the bytes of their fields (CPython Lib/_pydatetime.py, <c>_getstate</c>).</summary>
internal static class PythonDates
{
    private const int DateLength = 4;
    private const int TimeLength = 6;

    // A bit of the month or the hour says which of two equal times on the day that clocks are set back.
    private const byte NotFold = 0x7f;

    internal static DateTime? DateTime(PyValue value, out PyValue? zone)
    {
        zone = null;
        if (State(value, "datetime.datetime", DateLength + TimeLength, out zone) is not { } state)
        {
            return null;
        }

        return Date(state.Span) is { } date && Time(state.Span[DateLength..]) is { } time ? date.ToDateTime(time) : throw Invalid("datetime");
    }

    internal static DateOnly? Date(PyValue value) =>
        State(value, "datetime.date", DateLength, out _) is { } state ? Date(state.Span) ?? throw Invalid("date") : null;

    internal static TimeOnly? Time(PyValue value, out PyValue? zone) =>
        State(value, "datetime.time", TimeLength, out zone) is { } state ? Time(state.Span) ?? throw Invalid("time") : null;

    internal static TimeSpan? Duration(PyValue value)
    {
        if (value is not PyObject record)
        {
            return null;
        }

        switch (PythonNames.Of(record), record.Arguments.Items)
        {
            case ("datetime.timedelta", [PyInt days, PyInt seconds, PyInt microseconds]):
                var total = (Int128)days.ToInt64() * TimeSpan.TicksPerDay
                    + (Int128)seconds.ToInt64() * TimeSpan.TicksPerSecond
                    + (Int128)microseconds.ToInt64() * TimeSpan.TicksPerMicrosecond;
                return total >= long.MinValue && total <= long.MaxValue
                    ? new((long)total)
                    : throw new OverflowException($"the timedelta of {days} days is longer than a TimeSpan can be");
            case ("datetime.timezone", [PyObject offset, ..]):
                return Duration(offset);
            default:
                return null;
        }
    }

    /// <summary>The offset from UTC of a time zone that is one, or null.</summary>
    internal static TimeSpan? Offset(PyValue zone) =>
        zone is PyObject { Arguments.Items: [PyObject { Arguments.Items: [PyInt days, PyInt, PyInt] } offset, ..] } record
        && PythonNames.Of(record) == "datetime.timezone" && days.TryGetInt64(out var number) && number is >= -1 and <= 1
            ? Duration(offset)
            : null;

    internal static string? DateRepr(PyObject record) =>
        Date(record) is { } date ? string.Create(CultureInfo.InvariantCulture, $"datetime.date({date.Year}, {date.Month}, {date.Day})") : null;

    internal static bool WriteDateTime(ReprWriter writer, PyObject record) => DateTime(record, out var zone) is { } time
        && Write(writer, string.Create(CultureInfo.InvariantCulture, $"datetime.datetime({time.Year}, {time.Month}, {time.Day}, {Clock(TimeOnly.FromDateTime(time))}"), zone, IsFold(record, place: 2));

    internal static bool WriteTime(ReprWriter writer, PyObject record) =>
        Time(record, out var zone) is { } time && Write(writer, $"datetime.time({Clock(time)}", zone, IsFold(record, place: 0));

    // Python's timezone(timedelta(0)) is utc.
    internal static bool WriteZone(ReprWriter writer, PyObject record)
    {
        if (record.Arguments.Items is not [PyObject offset, .. var names] || DurationRepr(offset) is not { } duration || names is not ([] or [PyString]))
        {
            return false;
        }

        writer.Append(duration == "datetime.timedelta(0)" && names.IsEmpty ? "datetime.timezone.utc"
            : names is [var name] ? $"datetime.timezone({duration}, {name})" : $"datetime.timezone({duration})");
        return true;
    }

    internal static string? DurationRepr(PyObject record)
    {
        if (PythonNames.Of(record) != "datetime.timedelta" || record.Arguments.Items is not [PyInt, PyInt, PyInt])
        {
            return null;
        }

        string[] names = ["days", "seconds", "microseconds"];
        var parts = record.Arguments.Items.Index().Where(part => !part.Item.Equals(PyInt.From(0))).Select(part => $"{names[part.Index]}={part.Item}").ToList();
        return $"datetime.timedelta({(parts.Count == 0 ? "0" : string.Join(", ", parts))})";
    }

    private static bool Write(ReprWriter writer, string text, PyValue? zone, bool isFold)
    {
        writer.Append(text);
        writer.Append(isFold ? ", fold=1" : "");
        if (zone is not null)
        {
            writer.Append(", tzinfo=");
            writer.Write(zone);
        }

        writer.Append(")");
        return true;
    }

    // Python leaves out seconds and microseconds that are 0.
    private static string Clock(TimeOnly time)
    {
        var microseconds = (time.Millisecond * 1000) + time.Microsecond;
        var rest = microseconds != 0 ? $", {time.Second}, {microseconds}" : time.Second != 0 ? $", {time.Second}" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{time.Hour}, {time.Minute}{rest}");
    }

    private static bool IsFold(PyObject record, int place) => PythonNames.Bytes(record.Arguments.Items[0]) is { } state && state.Span[place] > NotFold;

    private static ReadOnlyMemory<byte>? State(PyValue value, string name, int length, out PyValue? zone)
    {
        zone = null;
        if (value is not PyObject record || PythonNames.Of(record) != name || record.Arguments.Items is not [var first, .. var rest] || rest.Length > 1)
        {
            return null;
        }

        zone = rest is [var given] ? given : null;
        return PythonNames.Bytes(first) is { } state && state.Length == length ? (ReadOnlyMemory<byte>?)state : null;
    }

    private static DateOnly? Date(ReadOnlySpan<byte> state)
    {
        var (year, month, day) = (BinaryPrimitives.ReadUInt16BigEndian(state), state[2] & NotFold, state[3]);
        return year is >= 1 and <= 9999 && month is >= 1 and <= 12 && day >= 1 && day <= System.DateTime.DaysInMonth(year, month) ? new(year, month, day) : null;
    }

    private static TimeOnly? Time(ReadOnlySpan<byte> state)
    {
        var (hour, minute, second) = (state[0] & NotFold, state[1], state[2]);
        var microseconds = (state[3] << 16) | (state[4] << 8) | state[5];
        return hour < 24 && minute < 60 && second < 60 && microseconds < 1_000_000
            ? new(hour, minute, second, microseconds / 1000, microseconds % 1000)
            : null;
    }

    private static InvalidCheckpointException Invalid(string what) => new($"the bytes of the {what} are not a valid {what}");
}
