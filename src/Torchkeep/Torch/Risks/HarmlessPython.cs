namespace Torchkeep.Torch.Risks;

/// <summary>Plain data of Python's standard library, by its documentation and the source of CPython 3.11 and 3.14.</summary>
internal static class HarmlessPython
{
    internal static HarmlessGroup[] Groups { get; } =
    [
        new("it makes plain data",
        [
            ("_codecs", "encode"),
            ("builtins", "bool bytearray bytes complex dict float frozenset int list long object range set slice str tuple unicode xrange Ellipsis NotImplemented"),
            ("builtins", "abs len"),
            ("collections", "Counter OrderedDict ChainMap UserDict UserList UserString defaultdict deque"),
            ("datetime", "date datetime time timedelta timezone"),
            ("decimal", "Decimal"),
            ("fractions", "Fraction"),
            ("uuid", "UUID SafeUUID"),
            ("ipaddress", "IPv4Address IPv4Network IPv4Interface IPv6Address IPv6Network IPv6Interface"),
            ("time", "struct_time"),
            ("array", "array _array_reconstructor"),
            ("random", "Random"),
            ("re", "_compile"),
        ]),
        new("it makes an object that is attributes and nothing else",
        [
            ("argparse", "Namespace"),
            ("types", "SimpleNamespace"),
        ]),
        new("it makes an object without its __init__, of a class that is judged by its own name",
        [
            ("copyreg", "_reconstructor __newobj__ __newobj_ex__"),
        ]),
        new("it makes a path, which is text until something opens it",
        [
            ("pathlib", "Path PosixPath WindowsPath PurePath PurePosixPath PureWindowsPath"),
            ("pathlib._local", "Path PosixPath WindowsPath PurePath PurePosixPath PureWindowsPath"),
        ]),
        new("it is memory, and what it holds is looked at",
        [
            ("io", "BytesIO StringIO"),
            ("_io", "BytesIO StringIO"),
        ]),
        new("it makes a lock, which nobody else knows",
        [
            ("threading", "Lock RLock"),
            ("_thread", "RLock LockType allocate_lock lock"),
        ]),
        new("it goes over what it is given and calls none of it",
        [
            ("itertools", "chain combinations combinations_with_replacement compress count cycle islice pairwise permutations product repeat zip_longest"),
        ]),
        new("it computes with values",
        [
            ("operator", Operators),
            ("_operator", Operators),
            ("math", "sqrt exp log log2 log10 sin cos tan tanh floor ceil pow fabs"),
        ]),
        new("it gives the logger of a name, which writes when something is logged",
        [
            ("logging", "getLogger"),
        ]),
        new("it makes a logger, and what it logs to is judged by its own name",
        [
            ("logging", "Logger RootLogger PlaceHolder"),
        ])
        {
            IsForMakingOnly = true,
        },
    ];

    private const string Operators = "abs add and_ eq floordiv ge gt invert le lshift lt mod mul ne neg not_ or_ pos pow rshift sub truediv xor";
}
