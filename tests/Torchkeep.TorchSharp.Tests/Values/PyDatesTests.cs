namespace Torchkeep.TorchSharp.Tests.Values;

public class PyDatesTests
{
    [Theory]
    [InlineData("0001-01-01T00:00:00.0000000")]
    [InlineData("2024-02-29T23:59:58.1234560")]
    [InlineData("9999-12-31T23:59:59.9999990Z")]
    public void AMomentComesBackWithItsKind(string text)
    {
        var moment = DateTime.Parse(text, null, System.Globalization.DateTimeStyles.RoundtripKind);

        var read = Reload(PyDates.From(moment)).get<DateTime>();

        Assert.Equal((moment, moment.Kind), (read, read.Kind));
    }

    [Fact]
    public void AnOffsetDayTimeAndDurationComeBack()
    {
        var moment = new DateTimeOffset(2024, 1, 2, 3, 4, 5, 678, 901, TimeSpan.FromHours(-3.5));

        Assert.Equal((moment, moment.Offset), (Reload(PyDates.From(moment)).get<DateTimeOffset>(), Reload(PyDates.From(moment)).get<DateTimeOffset>().Offset));
        Assert.Equal(moment.UtcDateTime, Reload(PyDates.From(moment)).get<DateTime>());
        Assert.Equal(new DateOnly(2024, 2, 29), Reload(PyDates.From(new DateOnly(2024, 2, 29))).get<DateOnly>());
        Assert.Equal(new TimeOnly(23, 59, 58, 1, 2), Reload(PyDates.From(new TimeOnly(23, 59, 58, 1, 2))).get<TimeOnly>());
        foreach (var span in (TimeSpan[])[TimeSpan.Zero, TimeSpan.FromMicroseconds(-1), TimeSpan.FromDays(3.5), TimeSpan.FromHours(-36)])
        {
            Assert.Equal(span, Reload(PyDates.From(span)).get<TimeSpan>());
        }
    }

    [Fact]
    public void TicksFinerThanMicrosecondsAreCutOff() =>
        Assert.Equal(new DateTime(10), Reload(PyDates.From(new DateTime(19))).get<DateTime>());

    [Fact]
    public void ADateIsNotMadeIntoAFileThatTorchLoadRefusesUnasked()
    {
        foreach (var value in (object[])[DateTime.UnixEpoch, DateTimeOffset.UnixEpoch, DateOnly.MinValue, TimeOnly.MinValue, TimeSpan.Zero])
        {
            var error = Assert.Throws<NotSupportedException>(() => InMemory.Save(value));

            Assert.Contains("PyDates.From(value)", error.Message, StringComparison.Ordinal);
            Assert.Contains("ToString(\"O\")", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void BytesThatAreNoDateAreRefused()
    {
        PyValue[] others =
        [
            Record("datetime", new PyBytes([7, 232, 1])),
            Record("datetime", new PyBytes([7, 232, 1, 1, 0, 0, 0, 0, 0, 0]), "UTC"),
            Record("datetime"),
            Record("date", new PyBytes([7, 232, 1, 1])),
            7L,
            "no date",
        ];
        foreach (var value in others)
        {
            Assert.Throws<InvalidOperationException>(() => Reload(value).get<DateTime>());
        }

        Assert.Throws<InvalidOperationException>(() => Reload(PyDates.From(new DateTime(1))).get<DateTimeOffset>());
        Assert.Throws<InvalidCheckpointException>(() => Reload(Record("datetime", new PyBytes([7, 232, 13, 1, 0, 0, 0, 0, 0, 0]))).get<DateTime>());
        Assert.Throws<InvalidCheckpointException>(() => Reload(Record("date", new PyBytes([0, 0, 0, 0]))).get<DateOnly>());
        Assert.Throws<InvalidCheckpointException>(() => Reload(Record("time", new PyBytes([25, 0, 0, 0, 0, 0]))).get<TimeOnly>());
        Assert.Throws<OverflowException>(() => Reload(Record("timedelta", long.MaxValue, 0L, 0L)).get<TimeSpan>());
        Assert.Throws<OverflowException>(() => Reload(Record("timedelta", PyInt.From(System.Numerics.BigInteger.Pow(10, 30)), 0L, 0L)).get<TimeSpan>());
    }

    private static PyObject Record(string name, params PyValue[] arguments) => new(PyObjectKind.Call, new PyGlobal("datetime", name), new PyTuple(arguments));

    private static LoadedCheckpoint Reload(PyValue value) => InMemory.Reload(value);
}
