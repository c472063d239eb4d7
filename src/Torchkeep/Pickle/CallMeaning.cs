namespace Torchkeep.Pickle;

/// <summary>What a call of a name does to names, as far as a trace follows it.</summary>
internal enum CallMeaning
{
    /// <summary>Nothing that is followed.</summary>
    None,

    /// <summary><c>getattr(object, name)</c>.</summary>
    Attribute,

    /// <summary><c>object.__getattribute__(name)</c>.</summary>
    OwnAttribute,

    /// <summary><c>__import__(module)</c>.</summary>
    Import,

    /// <summary><c>operator.attrgetter(name)</c>.</summary>
    AttributeGetter,

    /// <summary><c>operator.itemgetter(key)</c>.</summary>
    ItemGetter,

    /// <summary><c>operator.methodcaller(name, arguments)</c>.</summary>
    MethodCaller,

    /// <summary><c>functools.partial(callable, arguments)</c>.</summary>
    Partial,

    /// <summary><c>operator.getitem(object, key)</c>.</summary>
    Item,

    /// <summary><c>object.__getitem__(key)</c> of a module's dictionary, or of that of all modules.</summary>
    OwnItem,

    /// <summary><c>vars(object)</c>.</summary>
    Namespace,

    /// <summary>Calls its first argument, as <c>map(callable, items)</c>.</summary>
    CallsFirst,

    /// <summary><c>callable.__call__(arguments)</c>.</summary>
    CallsOwner,

    /// <summary>Makes an object of its first argument, as <c>copyreg.__newobj__(class, arguments)</c>.</summary>
    MakesFirst,

    /// <summary><c>_codecs.encode(text, 'latin1')</c>, as which protocols 0 to 2 write bytes.</summary>
    Encode,

    /// <summary><c>copyreg.add_extension(module, name, code)</c>.</summary>
    AddsExtension,
}
