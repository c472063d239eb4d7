namespace Torchkeep.Values;

/// <summary>Names that stand for a value that Python shows: a dtype, a memory format, Ellipsis, a class of Python's own.</summary>
internal static class PythonConstants
{
    private static readonly HashSet<string> _classes =
    [
        "bool", "bytearray", "bytes", "complex", "dict", "float", "frozenset", "int", "list", "object", "set", "slice", "str", "tuple", "type",
    ];

    /// <summary>As Python's repr; of a name that can be a class or a function the name alone.</summary>
    internal static string Text(PyGlobal global) => TypeOf(global) switch
    {
        null when PythonNames.Of(global) is var name && IsClass(name) => $"<class '{(name.StartsWith("builtins.", StringComparison.Ordinal) ? name["builtins.".Length..] : name)}'>",
        "torch.dtype" or "torch.memory_format" => $"torch.{global.Name[(global.Name.LastIndexOf('.') + 1)..]}",
        null => global.ToString(),
        _ => global.Name,
    };

    /// <summary>The class of the value, where the name says it; else null. PyTorch 1 has memory formats under several names.</summary>
    internal static string? TypeOf(PyGlobal global) => (global.Module, global.Name) switch
    {
        ("torch", var name) when ElementTypeInfo.TryParse(name, out _) => "torch.dtype",
        ("torch" or "torch._utils", var name) when IsMemoryFormat(name.StartsWith("torch.", StringComparison.Ordinal) ? name["torch.".Length..] : name) => "torch.memory_format",
        ("builtins" or "__builtin__", "Ellipsis") => "ellipsis",
        ("builtins" or "__builtin__", "NotImplemented") => "NotImplementedType",
        _ => null,
    };

    internal static bool IsMemoryFormat(string name) => name is "contiguous_format" or "preserve_format" or "channels_last" or "channels_last_3d";

    private static bool IsClass(string name) =>
        name is "collections.OrderedDict" or "collections.Counter" or "collections.deque" or "collections.defaultdict"
        || (name.StartsWith("builtins.", StringComparison.Ordinal) && _classes.Contains(name["builtins.".Length..]));
}
