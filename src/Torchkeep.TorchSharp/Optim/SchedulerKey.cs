using static TorchSharp.torch.optim.lr_scheduler;

namespace Torchkeep;

/// <summary>A key of the state_dict of one of PyTorch's schedulers, and the field of TorchSharp's that it is.</summary>
/// <param name="Key">PyTorch's name.</param>
/// <param name="Get">The value, or null where PyTorch has no such key now.</param>
/// <param name="Read">Looks at a value and returns how to take it over; a <see cref="FormatException"/> says why it cannot be.</param>
internal sealed record SchedulerKey(string Key, Func<LRScheduler, PyValue?> Get, Func<LRScheduler, PyValue, Action> Read)
{
    /// <summary>Whether a file can be without it.</summary>
    internal bool MayLack { get; init; }

    /// <summary>What is done to the scheduler where the file is without it; null for nothing.</summary>
    internal Action<LRScheduler>? WhenLacking { get; init; }

    /// <summary>
    /// The name of the method that a value is, as PyTorch pickles a bound one: <c>getattr(scheduler, '_annealing_linear')</c>;
    /// or null for anything else.
    /// </summary>
    internal static string? MethodOf(PyValue value) =>
        value is PyObject { Callable: PyGlobal { Module: "builtins" or "__builtin__", Name: "getattr" }, Arguments.Items: [_, PyString name] } ? name.Value : null;

    internal static SchedulerKey Number<T>(string key, FieldOf<T, double> field)
        where T : LRScheduler =>
        new(key, scheduler => field((T)scheduler), (scheduler, value) => Setting(field, (T)scheduler, PyNumber.Of(value)));

    /// <summary>A number that is an int in Python as a rule.</summary>
    internal static SchedulerKey Whole<T>(string key, FieldOf<T, double> field)
        where T : LRScheduler =>
        Number(key, field) with { Get = scheduler => field((T)scheduler) is var number && double.IsInteger(number) ? PyInt.From((long)number) : number };

    internal static SchedulerKey Count<T>(string key, FieldOf<T, int> field)
        where T : LRScheduler =>
        new(key, scheduler => (long)field((T)scheduler), (scheduler, value) => Setting(field, (T)scheduler, IntOf(value)));

    /// <summary>A list of a number for each group.</summary>
    internal static SchedulerKey Numbers<T>(string key, Func<T, IList<double>?> get, Action<T, List<double>> set)
        where T : LRScheduler =>
        new(
            key,
            scheduler => get((T)scheduler) is { } numbers ? new PyList(numbers.Select(PyValue (number) => number)) : null,
            (scheduler, value) =>
            {
                var numbers = NumbersOf(value, SchedulerFields.Owner(scheduler).ParamGroups.Count());
                return () => set((T)scheduler, numbers);
            });

    /// <summary>What PyTorch's class always has, and TorchSharp's has no use for.</summary>
    internal static SchedulerKey Constant(string key, PyValue value) => new(key, _ => value, (_, _) => () => { }) { MayLack = true };

    /// <summary>One of some names.</summary>
    internal static SchedulerKey Choice<T, TField>(string key, FieldOf<T, TField> field, params (string Name, TField Value)[] choices)
        where T : LRScheduler =>
        new(
            key,
            scheduler => Array.Find(choices, choice => Equals(choice.Value, field((T)scheduler))).Name,
            (scheduler, value) => Array.FindIndex(choices, choice => value is PyString { Value: var name } && name == choice.Name) is >= 0 and var place
                ? Setting(field, (T)scheduler, choices[place].Value)
                : throw new FormatException($"expected one of {string.Join(", ", choices.Select(choice => $"'{choice.Name}'"))}, found {PyNumber.Describe(value)}"));

    internal static int IntOf(PyValue value) => PyNumber.Of(value) is var number && double.IsInteger(number) && number is >= int.MinValue and <= int.MaxValue
        ? (int)number
        : throw new FormatException($"expected an int of 32 bits, found {PyNumber.Describe(value)}");

    internal static List<double> NumbersOf(PyValue value, int count) => ItemsOf(value) is { } items && items.Count == count
        ? [.. items.Select(PyNumber.Of)]
        : throw new FormatException($"expected a list of {count} numbers, one for each group, found {PyNumber.Describe(value)}{(ItemsOf(value) is { } found ? $" of {found.Count}" : "")}");

    internal static IReadOnlyList<PyValue>? ItemsOf(PyValue value) => value switch
    {
        PyList list => list.Items,
        PyTuple tuple => tuple.Items,
        _ => null,
    };

    private static Action Setting<T, TField>(FieldOf<T, TField> field, T scheduler, TField value) => () => field(scheduler) = value;
}
