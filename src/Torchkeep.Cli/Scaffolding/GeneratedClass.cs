namespace Torchkeep.Cli.Scaffolding;

/// <summary>A C# class for all objects of a Python class that are built alike; what they differ in are its constructor's parameters.</summary>
/// <param name="number">Where it stands among all.</param>
/// <param name="name">Its name.</param>
/// <param name="module">The first of the objects.</param>
internal sealed class GeneratedClass(int number, string name, ModuleRecord module)
{
    private readonly Dictionary<ModuleRecord, int> _places = new(ReferenceEqualityComparer.Instance);
    private readonly List<IReadOnlyList<CodeField>> _objects = [];
    private readonly List<(CodeSlot Slot, string[] Literals)> _parameters = [];

    internal int Number => number;

    internal string Name => name;

    internal ModuleRecord Module => module;

    /// <summary>All objects of it.</summary>
    internal IEnumerable<ModuleRecord> Objects => _places.Keys;

    /// <summary>The fields as the first object has them.</summary>
    internal IReadOnlyList<CodeField> Fields => _objects[0];

    internal IReadOnlyList<CodeSlot> Parameters => [.. _parameters.Select(parameter => parameter.Slot)];

    /// <summary>What stands in the constructor for each slot of each field: a literal or a parameter.</summary>
    internal IReadOnlyList<string> Values { get; private set; } = [];

    internal void Add(ModuleRecord module, IReadOnlyList<CodeField> fields)
    {
        _places.Add(module, _objects.Count);
        _objects.Add(fields);
    }

    /// <summary>Makes parameters of what differs; the same values under two names are one. Classes of children come first.</summary>
    internal void FindParameters()
    {
        var slots = _objects.Select(fields => fields.SelectMany(field => field.Value.Slots.Select(slot => slot with { Name = $"{field.Name}_{slot.Name}" })).ToList()).ToList();
        var values = new List<string>();
        var taken = Fields.Select(field => field.Identifier).ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < slots[0].Count; i++)
        {
            var (slot, literals) = (slots[0][i], slots.Select(of => of[i].Literal).ToArray());
            if (literals.All(literal => literal == literals[0]))
            {
                values.Add(literals[0]);
                continue;
            }

            var known = _parameters.FindIndex(parameter => parameter.Slot.Type == slot.Type && parameter.Literals.SequenceEqual(literals));
            if (known < 0)
            {
                known = _parameters.Count;
                _parameters.Add((slot with { Name = CodeText.Unique(CodeText.Identifier(slot.Name), taken), Default = null }, literals));
            }

            values.Add(_parameters[known].Slot.Name);
        }

        Values = values;
    }

    /// <summary>The arguments that make one of the objects.</summary>
    internal IReadOnlyList<CodeSlot> ArgumentsOf(ModuleRecord module) =>
        [.. _parameters.Select(parameter => parameter.Slot with { Literal = parameter.Literals[_places[module]] })];
}
