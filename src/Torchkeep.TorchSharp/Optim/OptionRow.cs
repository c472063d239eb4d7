using TorchSharp.Modules;

namespace Torchkeep;

/// <summary>A key of PyTorch's parameter groups, and the option of TorchSharp's that it is.</summary>
/// <param name="Key">PyTorch's name.</param>
/// <param name="Default">PyTorch's default, with the type that it has there.</param>
/// <param name="Get">The option's value, or null where TorchSharp has no such option.</param>
/// <param name="Set">Takes a value; a <see cref="FormatException"/> says why it cannot.</param>
internal sealed record OptionRow(string Key, PyValue Default, Func<OptimizerOptions, PyValue>? Get = null, Action<OptimizerOptions, PyValue>? Set = null)
{
    /// <summary>Whether PyTorch's own load fills it in where an older file has not got it (<c>__setstate__</c>).</summary>
    internal bool MayLack { get; init; }

    /// <summary>The same in files of before 1.12, where all groups got <c>foreach</c>.</summary>
    internal bool MayLackBefore112 { get; init; }

    /// <summary>Whether it only chooses among ways to compute the same, so that any value can be kept for the next save.</summary>
    internal bool IsImplementation { get; init; }

    internal static OptionRow Number<T>(string key, PyValue @default, FieldOf<T, double?> field)
        where T : OptimizerOptions =>
        new(key, @default, options => Number(field((T)options), @default), (options, value) => field((T)options) = PyNumber.Of(value));

    internal static OptionRow Flag<T>(string key, FieldOf<T, bool?> field)
        where T : OptimizerOptions =>
        new(key, PyBool.False, options => field((T)options) ?? false, (options, value) => field((T)options) = PyNumber.FlagOf(value));

    /// <summary>Two numbers that are a tuple in PyTorch.</summary>
    internal static OptionRow Pair<T>(string key, PyTuple @default, FieldOf<T, double?> first, FieldOf<T, double?> second)
        where T : OptimizerOptions =>
        new(
            key,
            @default,
            options => new PyTuple(Number(first((T)options), @default[0]), Number(second((T)options), @default[1])),
            (options, value) =>
            {
                IReadOnlyList<PyValue> items = value switch
                {
                    PyTuple { Items: { Length: 2 } pair } => pair,
                    PyList { Items: { Count: 2 } pair } => pair,
                    _ => throw new FormatException($"expected a tuple of 2 numbers, found {PyNumber.Describe(value)}"),
                };
                first((T)options) = PyNumber.Of(items[0]);
                second((T)options) = PyNumber.Of(items[1]);
            });

    /// <summary>What TorchSharp cannot have but with this value.</summary>
    internal static OptionRow Only(string key, PyValue value) => new(key, value) { MayLack = true };

    /// <summary>What only chooses among ways to compute the same.</summary>
    internal static OptionRow Implementation(string key, PyValue @default) => new(key, @default) { MayLack = true, IsImplementation = true };

    // PyTorch keeps an int that it was given, and has ints among its defaults.
    internal static PyValue Number(double? value, PyValue @default) =>
        value is not { } number || (@default is PyInt or PyFloat && number == @default.AsDouble()) ? @default : number;
}
