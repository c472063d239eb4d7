using System.Text;
using static Torchkeep.Tests.PickleBytes;

namespace Torchkeep.Tests.Scanning;

/// <summary>Each way in which a pickle can call a name, or make an object of it, from the oldest opcodes to the newest.</summary>
internal static class CallForms
{
    private const string Module = "os";
    private const string Name = "system";

    private static byte[] Old => Global(Module, Name);

    private static byte[] OldArguments => "(Vid\ntR"u8.ToArray();

    private static byte[] New => [.. Short(Module), .. Short(Name), 0x93];

    /// <summary>The name of each form, and a whole pickle.</summary>
    internal static IReadOnlyList<(string Form, byte[] Pickle)> All { get; } =
    [
        ("GLOBAL", [.. Old, .. OldArguments, (byte)'.']),
        ("INST", Encoding.ASCII.GetBytes($"(Vid\ni{Module}\n{Name}\n.")),
        ("OBJ", [(byte)'(', .. Old, .. "Vid\no."u8]),
        ("OBJ of protocol 2", Protocol2([(byte)'(', .. Old, .. "Vid\no"u8])),
        ("NEWOBJ", Protocol2([.. Old, .. Short("id"), 0x85, 0x81])),
        ("NEWOBJ_EX", Protocol4([.. New, .. Short("id"), 0x85, (byte)'}', 0x92])),
        ("STACK_GLOBAL", Protocol4([.. New, .. Short("id"), 0x85, (byte)'R'])),
        ("STACK_GLOBAL by MEMOIZE", Protocol4([.. Short(Module), 0x94, (byte)'0', .. Short(Name), 0x94, (byte)'0', (byte)'h', 0, (byte)'h', 1, 0x93, .. Short("id"), 0x85, (byte)'R'])),
        ("STACK_GLOBAL by PUT", Protocol2([.. "Vos\np7\n0Vsystem\nr"u8, 0xff, 0xff, 0, 0, .. "0g7\nj"u8, 0xff, 0xff, 0, 0, 0x93, .. OldArguments])),
        ("escaped text", Protocol4([.. @"V\u006f\u0073"u8, (byte)'\n', .. @"V\U00000073ystem"u8, (byte)'\n', 0x93, .. OldArguments])),
        ("escaped bytes", Protocol4([.. @"S'\x6f\163'"u8, (byte)'\n', (byte)'U', 6, .. "system"u8, 0x93, .. OldArguments])),
        ("DUP", Protocol4([.. New, (byte)'2', .. Short("id"), 0x85, (byte)'R'])),
        ("POP", Protocol2([.. Old, .. OldArguments, .. "0N"u8])),
        ("POP_MARK", Protocol2([(byte)'(', .. Old, .. OldArguments, .. "1N"u8])),
        ("BUILD", Protocol2([.. Global("collections", "OrderedDict"), .. ")R"u8, .. Old, .. OldArguments, (byte)'b'])),
        ("a value of a dictionary", Protocol2([.. "}Vk\n"u8, .. Old, .. OldArguments, (byte)'s'])),
        ("a key of a dictionary", Protocol2([(byte)'}', .. Old, .. OldArguments, .. "Ns"u8])),
        ("a persistent id", Protocol2([.. Old, .. OldArguments, (byte)'Q'])),
        ("FROZENSET", Protocol4([(byte)'(', .. New, .. Short("id"), 0x85, (byte)'R', 0x91])),
        ("two protocols", Protocol4([.. Short(Module), .. Short(Name), 0x80, 2, 0x93, 0x80, 4, .. Short("id"), 0x85, (byte)'R'])),
        ("partial", Protocol2([.. Global("functools", "partial"), .. Old, .. "Vid\n"u8, 0x86, .. "R)R"u8])),
        ("copyreg", Protocol2([.. Global("copyreg", "__newobj__"), .. Old, .. "Vid\n"u8, 0x86, (byte)'R'])),
        ("a subclass of tensor", Protocol2(Call(Global("torch._tensor", "_rebuild_from_type_v2"), Old, Global("torch", "Tensor"), Tuple(Str("id")), Dict()))),
        ("defaultdict", Protocol2(Call(Global("collections", "defaultdict"), Old))),
        ("an item of a list", Protocol2([(byte)']', .. Old, .. OldArguments, (byte)'a'])),
        ("getattr", Protocol2(Call(Call(Global("builtins", "getattr"), Call(Global("builtins", "__import__"), Str(Module)), Str(Name)), Str("id")))),
    ];

    private static byte[] Protocol4(byte[] value) => [0x80, 4, .. value, (byte)'.'];

    private static byte[] Short(string text) => [0x8c, (byte)text.Length, .. Encoding.ASCII.GetBytes(text)];
}
