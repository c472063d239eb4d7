using System.Collections.Frozen;

namespace Torchkeep.Torch.Risks;

/// <summary>
/// Modules of Python whose names people give to modules of their own: <c>test.Net</c>, <c>code.model.Net</c>. What Python's
/// own module does not have must be somebody else's, or fails. Functions differ from version to version and system to
/// system; classes and submodules are few (CPython 2.7 to 3.14), so that a capital letter tells.
/// </summary>
internal static class PythonHomonyms
{
    // A module, and the classes and submodules that Python has in it.
    private static readonly FrozenDictionary<string, FrozenSet<string>> _modules = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["cmd"] = "Cmd",
        ["code"] = "InteractiveInterpreter InteractiveConsole CommandCompiler Quitter",
        ["commands"] = "",
        ["compile"] = "",
        ["concurrent"] = "futures interpreters",
        ["eval"] = "",
        ["exec"] = "",
        ["glob"] = "",
        ["http"] = "HTTPStatus HTTPMethod StrEnum IntEnum client server cookies cookiejar",
        ["imp"] = "NullImporter SourceFileLoader SourcelessFileLoader ModuleType",
        ["operator"] = "",
        ["pipes"] = "Template",
        ["platform"] = "DEV_NULL",
        ["profile"] = "Profile",
        ["resource"] = "",
        ["sched"] = "Event",
        ["signal"] = "Signals Handlers Sigmasks ItimerError",
        ["site"] = "Quitter",
        ["test"] = "support libregrtest regrtest pythoninfo autotest test_support",
        ["thread"] = "LockType",
        ["threading"] = "Thread Timer Event Lock RLock Condition Semaphore BoundedSemaphore Barrier BrokenBarrierError ThreadError ExceptHookArgs WeakSet",
        ["trace"] = "Trace CoverageResults Ignore",
        ["types"] = """
            CodeType FunctionType LambdaType MethodType BuiltinFunctionType BuiltinMethodType WrapperDescriptorType MethodWrapperType
            ClassMethodDescriptorType MethodDescriptorType GetSetDescriptorType MemberDescriptorType ModuleType TracebackType FrameType
            CellType GeneratorType CoroutineType AsyncGeneratorType DynamicClassAttribute GenericAlias UnionType MappingProxyType CapsuleType
            EllipsisType NoneType NotImplementedType ClassType InstanceType UnboundMethodType FileType ObjectType TypeType BufferType DictProxyType
            """,
    }.ToFrozenDictionary(row => row.Key, row => row.Value.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal), StringComparer.Ordinal);

    internal static bool Contains(string module) => _modules.ContainsKey(module);

    /// <summary>Whether what comes after the module's name can be of Python's own.</summary>
    internal static bool IsPythons(string module, ReadOnlySpan<char> after, bool isInSubmodule)
    {
        var end = after.IndexOf('.');
        var first = end < 0 ? after : after[..end];
        return _modules[module].GetAlternateLookup<ReadOnlySpan<char>>().Contains(first)
            || (!isInSubmodule && first.Length > 0 && !char.IsAsciiLetterUpper(first[0]));
    }
}
