using System.Text;
using static Torchkeep.Tests.PickleBytes;

namespace Torchkeep.Tests.Scanning;

/// <summary>
/// Pickles that run a program when Python unpickles them, each in another way: they make a file, so that it shows. The
/// ways are those that scanners have been got around with (advisories of picklescan and fickling).
/// </summary>
internal static class HostilePickles
{
    /// <summary>All of them: the name of the way, and the pickle that makes the file <paramref name="marker"/>.</summary>
    internal static IEnumerable<(string Way, byte[] Pickle)> All(string marker)
    {
        var command = Str($"touch {marker}");
        var code = Str($"open({Quoted(marker)}, 'w').close()");
        var system = Call(Global("os", "system"), command);
        yield return ("called by REDUCE", Protocol2(system));
        yield return ("by the name of the platform", Protocol2(Call(Global("posix", "system"), command)));
        yield return ("a list of arguments", Protocol2(Call(Global("subprocess", "check_call"), List(Str("touch"), Str(marker)))));
        yield return ("code", Protocol2(Call(Global("builtins", "exec"), code)));
        yield return ("Python 2's spelling", Protocol2(Call(Global("__builtin__", "eval"), code)));
        yield return ("INST of protocol 0", Encoding.UTF8.GetBytes($"(S'touch {marker}'\nios\nsystem\n."));
        yield return ("OBJ", [(byte)'(', .. Global("os", "system"), .. command, (byte)'o', (byte)'.']);
        yield return ("NEWOBJ of a class", Protocol2([.. Global("subprocess", "Popen"), .. Tuple(List(Str("touch"), Str(marker))), (byte)'R']));
        yield return ("a name from the stack", [0x80, 4, .. Str("os"), .. Str("system"), 0x93, .. Tuple(command), (byte)'R', (byte)'.']);
        yield return ("a name from the memo", [0x80, 4, .. Str("system"), (byte)'q', 1, (byte)'0', .. Str("os"), (byte)'h', 1, 0x93, .. Tuple(command), (byte)'R', (byte)'.']);
        yield return ("a name with a dot", [0x80, 4, .. Str("shutil"), .. Str("os.system"), 0x93, .. Tuple(command), (byte)'R', (byte)'.']);
        yield return ("getattr of a module", Protocol2(Call(Call(Global("builtins", "getattr"), Call(Global("importlib", "import_module"), Str("os")), Str("system")), command)));
        yield return ("getattr of a name", [0x80, 4, .. Call(Call(Global("builtins", "getattr"), Global("shutil", "os"), Str("system")), command), (byte)'.']);
        yield return ("attrgetter", Protocol2(Call(Call(Call(Global("operator", "attrgetter"), Str("system")), Call(Global("builtins", "__import__"), Str("os"))), command)));
        yield return ("partial", Protocol2(Call(Call(Global("functools", "partial"), Global("os", "system"), command))));
        yield return ("a pickle in a pickle", Protocol2(Call(Global("pickle", "loads"), Bytes(Protocol2(system)))));
        yield return ("run and then broken", [0x80, 2, .. system, 0xff]);
        yield return ("run and then popped", [0x80, 2, .. system, (byte)'0', .. None, (byte)'.']);
        yield return ("inside of a state_dict", Protocol2(OrderedDict((Str("weight"), Int(1)), (Str("bias"), system))));
        yield return ("as the key of an entry", Protocol2(Dict((system, Int(1)))));
        yield return ("a module that runs others", Protocol2(Call(Global("timeit", "timeit"), code, Str("pass"), Global("time", "perf_counter"), Int(1))));
        yield return ("a method of Python's debugger", [0x80, 4, .. Call(Global("bdb", "Bdb.run"), Call(Global("bdb", "Bdb")), code), (byte)'.']);
        yield return ("code of the profiler", Protocol2(Call(Global("cProfile", "run"), code)));
        yield return ("a BUILD that sets what a class does", [0x80, 2, .. Build(Call(Global("types", "SimpleNamespace")), Dict((Str("x"), system))), (byte)'.']);
        yield return ("hidden behind a mark", [0x80, 2, (byte)'(', .. system, (byte)'1', .. None, (byte)'.']);
    }

    private static byte[] Bytes(byte[] value) => [(byte)'B', .. BitConverter.GetBytes(value.Length), .. value];

    private static string Quoted(string text) => $"'{text}'";
}
