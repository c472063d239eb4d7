using System.Buffers.Binary;

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
