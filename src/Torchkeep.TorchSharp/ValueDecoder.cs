using System.Numerics;
using TorchSharp;

namespace Torchkeep;

/// <summary>Turns values of a checkpoint into .NET's, by the type that is asked for: the way back from <see cref="ValueEncoder"/>.</summary>
internal static class ValueDecoder
{
    private static readonly Dictionary<Type, Func<PyValue, object>> _plain = new()
    {
        [typeof(bool)] = value => value.AsBoolean(),
        [typeof(sbyte)] = value => checked((sbyte)value.AsInt64()),
        [typeof(byte)] = value => checked((byte)value.AsInt64()),
        [typeof(short)] = value => checked((short)value.AsInt64()),
        [typeof(ushort)] = value => checked((ushort)value.AsInt64()),
        [typeof(int)] = value => checked((int)value.AsInt64()),
        [typeof(uint)] = value => checked((uint)value.AsInt64()),
        [typeof(long)] = value => value.AsInt64(),
        [typeof(ulong)] = value => (ulong)Integer(value),
        [typeof(Int128)] = value => (Int128)Integer(value),
        [typeof(UInt128)] = value => (UInt128)Integer(value),
        [typeof(BigInteger)] = value => Integer(value),
        [typeof(Half)] = value => (Half)value.AsDouble(),
        [typeof(float)] = value => (float)value.AsDouble(),
        [typeof(double)] = value => value.AsDouble(),
        [typeof(Complex)] = value => value is PyFloat or PyInt or PyBool ? value.AsDouble() : value.AsComplex(),
        [typeof(decimal)] = value => value is PyFloat ? (decimal)value.AsDouble() : value is PyInt or PyBool ? (decimal)Integer(value) : value.AsDecimal(),
        [typeof(Guid)] = value => value.AsGuid(),
        [typeof(char)] = value => value.AsString() is [var letter] ? letter : throw Mismatch.Unexpected("a str of one character", value),
        [typeof(string)] = value => value.AsString(),
        [typeof(byte[])] = value => value is PyBytes bytes ? bytes.Value.ToArray() : throw Mismatch.Unexpected("bytes", value),
        [typeof(DateTime)] = value => PyDates.ToDateTime(value),
        [typeof(DateTimeOffset)] = value => PyDates.ToDateTimeOffset(value),
        [typeof(DateOnly)] = value => PyDates.ToDateOnly(value),
        [typeof(TimeOnly)] = value => PyDates.ToTimeOnly(value),
        [typeof(TimeSpan)] = value => PyDates.ToTimeSpan(value),
    };

    /// <exception cref="InvalidOperationException">The value is something else; the message says what.</exception>
    /// <exception cref="NotSupportedException">No value of a checkpoint becomes that type.</exception>
    internal static object? Decode(LoadedCheckpoint loaded, Type type)
    {
        var underlying = Nullable.GetUnderlyingType(type);
        return underlying is not null && loaded.is_none ? null
            : _plain.TryGetValue(underlying ?? type, out var read) ? loaded.Read(read)
            : type == typeof(torch.Tensor) ? loaded.tensor()
            : type == typeof(StateDict) ? loaded.state_dict()
            : type == typeof(LoadedCheckpoint) ? loaded
            : type.IsInstanceOfType(loaded.value) ? loaded.value
            : typeof(PyValue).IsAssignableFrom(type) ? loaded.Read<object>(value => throw Mismatch.Unexpected($"a {type.Name}", value))
            : throw new NotSupportedException(
                $"no value of a checkpoint becomes a {type}; numbers, bool, string, byte[], dates, these with '?', Tensor, StateDict, LoadedCheckpoint and "
                + "PyValue can be asked for; lists and dictionaries of them by list<T>() and dict<T>()");
    }

    private static BigInteger Integer(PyValue value) => value switch
    {
        PyInt number => number.Value,
        PyBool truth => truth.Value ? 1 : 0,
        _ => value.AsInt64(),
    };
}
