using System.Collections.Frozen;

namespace Torchkeep.Pickle;

/// <summary>The callables that make names of names, and the names that they make (Python's library reference).</summary>
internal static class TraceCalls
{
    // Longer names are cut: a file may lengthen one with every byte.
    private const int MaxName = 256;

    private const string Namespace = "__dict__";
    private const string OwnCall = ".__call__";

    // Modules import these from where they are, and so they are known by their last part.
    private static readonly FrozenDictionary<string, CallMeaning> _meanings = new Dictionary<string, CallMeaning>(StringComparer.Ordinal)
    {
        ["getattr"] = CallMeaning.Attribute,
        ["getattr_static"] = CallMeaning.Attribute,
        ["_getattribute"] = CallMeaning.Attribute,
        ["__getattribute__"] = CallMeaning.OwnAttribute,
        ["__getattr__"] = CallMeaning.OwnAttribute,
        ["__import__"] = CallMeaning.Import,
        ["import_module"] = CallMeaning.Import,
        ["_gcd_import"] = CallMeaning.Import,
        ["attrgetter"] = CallMeaning.AttributeGetter,
        ["itemgetter"] = CallMeaning.ItemGetter,
        ["methodcaller"] = CallMeaning.MethodCaller,
        ["partial"] = CallMeaning.Partial,
        ["partialmethod"] = CallMeaning.Partial,
        ["MethodType"] = CallMeaning.Partial,
        ["getitem"] = CallMeaning.Item,
        ["__getitem__"] = CallMeaning.OwnItem,
        ["get"] = CallMeaning.OwnItem,
        ["pop"] = CallMeaning.OwnItem,
        ["setdefault"] = CallMeaning.OwnItem,
        ["vars"] = CallMeaning.Namespace,
        ["map"] = CallMeaning.CallsFirst,
        ["filter"] = CallMeaning.CallsFirst,
        ["filterfalse"] = CallMeaning.CallsFirst,
        ["takewhile"] = CallMeaning.CallsFirst,
        ["dropwhile"] = CallMeaning.CallsFirst,
        ["starmap"] = CallMeaning.CallsFirst,
        ["reduce"] = CallMeaning.CallsFirst,
        ["apply"] = CallMeaning.CallsFirst,
        ["call"] = CallMeaning.CallsFirst,
        ["__call__"] = CallMeaning.CallsOwner,
        ["_reconstructor"] = CallMeaning.MakesFirst,
        ["__newobj__"] = CallMeaning.MakesFirst,
        ["__newobj_ex__"] = CallMeaning.MakesFirst,
        ["__reduce_ex__"] = CallMeaning.MakesFirst,
        ["__new__"] = CallMeaning.MakesFirst,
        ["add_extension"] = CallMeaning.AddsExtension,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    internal static CallMeaning MeaningOf(PyGlobal name) => name is { Module: "_codecs", Name: "encode" }
        ? CallMeaning.Encode
        : _meanings.GetValueOrDefault(name.Name[(name.Name.LastIndexOf('.') + 1)..]);

    internal static PyGlobal Attribute(PyGlobal owner, string attribute) =>
        new(owner.Module, Cut(owner.Name.Length == 0 ? attribute : $"{owner.Name}.{attribute}"));

    /// <summary>What a name of a module's dictionary, of that of all modules, or of anything else has under a key.</summary>
    internal static PyGlobal Item(PyGlobal owner, string key)
    {
        if (owner is { Module: "sys", Name: "modules" })
        {
            return new(Cut(key), "");
        }

        return owner.Name == Namespace ? new(owner.Module, Cut(key))
            : owner.Name.EndsWith("." + Namespace, StringComparison.Ordinal) ? Attribute(Owner(owner), key)
            : Attribute(owner, key);
    }

    /// <summary>Whether the items of a name are names themselves.</summary>
    internal static bool HoldsNames(PyGlobal name) =>
        name is { Module: "sys", Name: "modules" } || name.Name == Namespace || name.Name.EndsWith("." + Namespace, StringComparison.Ordinal);

    /// <summary>What a name's last part is an attribute of.</summary>
    internal static PyGlobal Owner(PyGlobal name) => new(name.Module, name.Name[..Math.Max(0, name.Name.LastIndexOf('.'))]);

    /// <summary>The callable that <c>__call__</c> of it is, as often as that is there.</summary>
    internal static PyGlobal Callable(PyGlobal name)
    {
        var callable = name.Name;
        while (callable.EndsWith(OwnCall, StringComparison.Ordinal))
        {
            callable = callable[..^OwnCall.Length];
        }

        return new(name.Module, callable);
    }

    internal static PyGlobal VarsOf(PyGlobal owner) => Attribute(owner, Namespace);

    /// <summary>A part of a name as it is kept: of a longer one its beginning and its end.</summary>
    internal static string Cut(string part) => part.Length <= MaxName ? part : $"{part[..(MaxName / 2)]}…{part[^(MaxName / 2)..]}";
}
