# Values of Python, NumPy and PyTorch that are plain data, and what this Python's repr says of each. path.0 to path.5 are
# pickles of a dictionary of them in each protocol, and path.pt is what torch.save makes of it; lines has "name<TAB>repr" for each value.
import argparse, collections, dataclasses, datetime, decimal, enum, fractions, functools, pathlib, pickle, re, sys, types, uuid
import numpy as np

tz = datetime.timezone
td = datetime.timedelta
D = datetime.datetime
values = {}

def add(name, *items):
    for number, item in enumerate(items):
        values[f"{name}.{number}"] = item

add("plain", None, True, False, 0, -1, 2**63, -2**63, 10**40, 0.0, -0.0, 0.1, 1e16, 1e-5, 1e22, float("inf"), float("-inf"), float("nan"), 1.5e300,
    "", "a", "it's", 'say "it\'s"', "\n\t\x00\x7f", "中文😀", "\u202e", b"", b"\x00'\xff", bytearray(b"xy'"), 1 + 2j, -0.5j, complex("nan+infj"), complex(-0.0, 1))

class Color(enum.Enum):
    RED = 1

class Flags(enum.Flag):
    A = 1

Point = collections.namedtuple("Point", "x y")

@dataclasses.dataclass
class Config:
    lr: float
    names: tuple
    when: object = None

class Ordered(collections.OrderedDict):
    pass

# What the file does not tell of these is told beside them: names of a namedtuple's fields and of an enum's members.
# Python 3.11 alone pickles a member by its name.
is_named = Color.RED.__reduce_ex__(2)[0] is getattr
others = [(Color.RED, "Color.RED" if is_named else "Color(1)"), (Point(1, "a"), "Point(1, 'a')"), (Config(0.1, ("a", "b")), "Config(lr=0.1, names=('a', 'b'), when=None)"),
          (Config(1, (), Config(2, (3,))), "Config(lr=1, names=(), when=Config(lr=2, names=(3,), when=None))"), (Ordered(a=1), "Ordered({'a': 1})"), ([Flags.A], "[Flags.A]" if is_named else "[Flags(1)]")]

for kind in (Color, Flags, Point, Config, Ordered):
    kind.__module__ = "__main__"
    setattr(sys.modules["__main__"], kind.__name__, kind)

add("other", *[value for value, _ in others])
add("nested", [], [1, [2, (3,)]], (), (1,), (1, "a"), {}, {"a": [1], 2: {3: None}}, set(), {3}, frozenset(), frozenset({1, 2}), {"k": (1.5, b"x")})
add("counter", collections.Counter(), collections.Counter("aab"), collections.Counter({"x": 1, "y": 3, "z": 3}), collections.Counter({6: 1, 3: 1}), collections.Counter({"a": -1, "b": 0}))
add("deque", collections.deque(), collections.deque([1, 2]), collections.deque([1, 2], 3), collections.deque([], 0), collections.deque([[1], {"a": 2}], 100000))
add("defaultdict", collections.defaultdict(None), collections.defaultdict(list, {"a": [1]}), collections.defaultdict(int), collections.defaultdict(dict, {(1, 2): {}}))
add("torch", torch.Size([]), torch.Size([2, 3]), torch.Size([5]), torch.device("cpu"), torch.device("cuda", 1), torch.device("meta"), torch.float32, torch.bfloat16, torch.int64,
    torch.bool, torch.complex64, torch.strided, torch.sparse_coo, torch.sparse_csr, torch.channels_last, torch.contiguous_format, torch.preserve_format)
add("date", datetime.date(2024, 5, 6), datetime.date.min, datetime.date.max)
add("datetime", D(2024, 5, 6, 7, 8), D(2024, 5, 6, 7, 8, 9), D(2024, 5, 6, 7, 8, 0, 10), D(2024, 5, 6), D.max, D(2024, 5, 6, tzinfo=tz.utc),
    D(2024, 5, 6, tzinfo=tz(td(hours=5, minutes=30))), D(2024, 5, 6, tzinfo=tz(td(hours=-5), "EST")))
add("time", datetime.time(), datetime.time(12, 30), datetime.time(23, 59, 59, 999999), datetime.time(1, 2, 3, tzinfo=tz.utc))
add("timedelta", td(), td(1), td(seconds=1), td(microseconds=1), td(days=-1, seconds=5, microseconds=7), td.max, td.min)
add("timezone", tz.utc, tz(td(hours=1)), tz(td(hours=-3, minutes=-30), "X"), tz(td(0), "Z"))
add("path", pathlib.PosixPath("a/b"), pathlib.PurePosixPath("/a/./b//c/../d"), pathlib.PurePosixPath("."), pathlib.PurePosixPath("//a/b"), pathlib.PurePosixPath("/"),
    pathlib.PurePosixPath("a", "/b"), pathlib.PurePosixPath("it's"), pathlib.PureWindowsPath("C:/a/b"), pathlib.PureWindowsPath("a\\b\\.\\c"), pathlib.PureWindowsPath("C:\\"), pathlib.PureWindowsPath("/a"))
add("decimal", *map(decimal.Decimal, ["0", "1.50", "-0.001", "1E+3", "NaN", "-Infinity", "79228162514264337593543950336", "0E-10"]))
add("fraction", fractions.Fraction(1, 3), fractions.Fraction(-7), fractions.Fraction(10**30, 7))
add("range", range(3), range(1, 10, 2), range(5, 0, -1), range(0), slice(None), slice(1, 2), slice(None, -1, 2), slice("a", (1,), 0.5), Ellipsis, NotImplemented, type(None))
add("uuid", uuid.UUID(int=0), uuid.UUID("12345678-9abc-def0-1234-56789abcdef0"))
add("namespace", argparse.Namespace(), argparse.Namespace(lr=0.1, names=["a"], sub=argparse.Namespace(x=None)), argparse.Namespace(**{"a b": 1, "c": 2}),
    types.SimpleNamespace(), types.SimpleNamespace(a=1, b="x"))
add("partial", functools.partial(int, base=2), functools.partial(dict, [(1, 2)]), functools.partial(int), functools.partial(collections.OrderedDict, a=datetime.date(2024, 1, 1)))
add("pattern", re.compile("a+"), re.compile("a'b", re.I), re.compile(b"a", re.M | re.S), re.compile("(?x) a", re.A), re.compile("é", re.X | re.I))
add("inside", [datetime.date(2024, 1, 1), torch.Size([1])], {"when": D(2024, 1, 1), "where": pathlib.PurePosixPath("a")}, (decimal.Decimal("1"), torch.float16))

# NumPy 1 writes scalars without their class; 2 is the judge of these.
is_new = int(np.__version__.split(".")[0]) >= 2
dtypes = ["bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float16", "float32", "float64", "complex64", "complex128", "O", "S", "S3", "U", "U2", ">U2", "V4",
          ">i2", ">f8", ">c8", "M8[ns]", "m8[D]", "M8[25s]", "M8", ">M8[D]"]
add("dtype", *map(np.dtype, dtypes), np.dtype([("a", "i4"), ("b", "f8")]), np.dtype([("a", "i1"), ("b", ">f8", (2,)), ("c", "U3", (2, 3)), ("d", [("x", "?")])]),
    np.dtype([("a", "i1"), ("b", "f8")], align=True), np.dtype({"names": ["a", "b"], "formats": ["i1", "f8"], "offsets": [0, 16], "itemsize": 32}), np.dtype([("a", "f4"), ("b", "f4")], align=True))
if is_new:
    add("scalar", np.bool_(True), np.bool_(False), np.int8(-3), np.uint8(200), np.int16(-300), np.uint16(65535), np.int32(7), np.uint32(2**32 - 1), np.int64(-2**63), np.uint64(2**64 - 1),
        np.float16(0.1), np.float16(65504), np.float16(6e-8), np.float32(0.1), np.float32(1e10), np.float32(1e16), np.float32(1e-5), np.float32(3.4e38), np.float64(0.1), np.float64(1e22), np.float64("nan"),
        np.float64("-inf"), np.float64(-0.0), np.float32(16777216), np.complex64(1 + 2j), np.complex64(0.1j), np.complex128(1e20 - 0.1j), np.complex128(complex("nan")), np.str_("a'b"), np.str_(""), np.bytes_(b"x\x00y"),
        np.datetime64("2024-05-06"), np.datetime64("2024-05-06T07:08:09.123456789"), np.datetime64("2024"), np.datetime64("2024-05"), np.datetime64("2024-05-06", "W"), np.datetime64("2024-05-06T07"),
        np.datetime64("2024-05-06T07:08"), np.datetime64("NaT"), np.datetime64("NaT", "s"), np.datetime64("1969-12-31T23:59:59.999", "ms"), np.datetime64("-0044-03-15"), np.datetime64("12024-01-01"),
        np.timedelta64(5, "D"), np.timedelta64(-1, "ns"), np.timedelta64("NaT"), np.timedelta64(7), np.void(b"\x01A"), np.array([(1, 0.1)], dtype="i4,f8")[0])
    add("scalars", [np.float64(0.5), np.int64(3)], {"lr": np.float32(0.1)}, (np.str_("x"),))

rng = np.random.RandomState(7)
add("array", np.array([]), np.array([], dtype="f4"), np.zeros((0, 3)), np.zeros((2, 0), "i4"), np.array(5), np.array(0.1), np.array(True), np.array("ab"), np.array(1.5, "f4"), np.arange(3), np.array([1, 20, -300]), np.arange(3, dtype="i2"),
    np.arange(3, dtype="u1"), np.array([True, False]), np.array([0.1, 0.25]), np.array([1.0, 2.0]), np.array([0.1, 0.2, 0.3], "f4"), np.array([1e10, 1.0]), np.array([1e-5, 1.0]),
    np.array([1 / 3, 2 / 3]), np.array([1e-10]), np.array([1e100, -1e-100]), np.array([1.5, np.nan, -np.inf]), np.array([np.nan]), np.array([np.inf, -np.inf]), np.array([-0.0, 0.0]), np.array([123456.789, 0.5]), np.array([0.001953125, 1.0]),
    np.array([99999999.0]), np.array([1e8]), np.array([0.00011, 0.1]), np.array([1e-323, 1.0]), np.array([1 + 2j, 0.5 - 1e3j]), np.array([1j], "c8"), np.array([complex("nan+1j"), 2]), np.array(["ab", "c"]), np.array(["", "it's"]),
    np.array([b"ab", b"c"]), np.array(["x"], dtype=">U1"), np.array([1, "x", None, [1], {"a": 2}, 0.5], dtype=object), np.array(["2024-01-01", "NaT"], dtype="M8[D]"), np.array(["2024-01-01T00:00:01"], dtype="M8[ns]"),
    np.array([1, -20], dtype="m8[s]"), np.array([5, "NaT"], dtype="m8[h]"), np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]), np.array([(1, 2.5), (10, 0.25)], dtype=[("a", "i4"), ("b", "f4")]),
    np.array([(1, [1, 2])], dtype=[("a", "i4"), ("b", "f8", (2,))]), np.array([(1,)], dtype=[("x", "u1")]), np.zeros(2, "V2"), np.arange(6).reshape(2, 3), np.asfortranarray(np.arange(6.0).reshape(2, 3)), np.asfortranarray(np.arange(6, dtype="i2").reshape(3, 2)),
    np.arange(8).reshape(2, 2, 2), np.arange(24.0).reshape(2, 3, 4)[:, ::-1], np.arange(6.0)[::2], rng.standard_normal(20), rng.standard_normal((3, 5)), rng.uniform(0, 1e6, 12), rng.standard_normal(9) * 1e-6,
    rng.standard_normal(15).astype("f4"), rng.uniform(-5, 5, 10).astype("f4"), rng.integers(0, 255, 20) if hasattr(rng, "integers") else rng.randint(0, 255, 20), np.ma.core.default_fill_value(1.0), np.matrix([[1, 2], [3, 4]]))
if is_new:
    # Since NumPy 1.25 the order of bytes is written, since 2.2 shapes, and since 2.3 it depends on the size when an exponent is.
    add("newer", np.arange(3, dtype=">i2"), np.array([[1.5], [2.25]], dtype=">f4"), np.array([1e7, 1], "f4"), np.array([1000.5, 1], "f2"), np.array([0.1, 65504], "f2"), np.array([0.1, 0.2], "f2"), np.arange(2000), np.arange(5000.0), np.zeros((100, 100), "f4"), np.ones((20, 30, 40), "i2"))

# An array in one line.
np.set_printoptions(linewidth=10**6)

def text(value):
    return re.sub(r"\n\s*", " ", repr(value)) if isinstance(value, np.ndarray) else repr(value)

for protocol in range(6):
    kept = {}
    for name, value in values.items():
        try:
            pickle.dumps(value, protocol)
            kept[name] = value
        except TypeError:
            # PyTorch 1 cannot pickle a memory format but in torch.save.
            assert isinstance(value, torch.memory_format), name
    with open(f"{path}.{protocol}", "wb") as file:
        pickle.dump(kept, file, protocol)

torch.save({name: value for name, value in values.items() if is_new or not isinstance(value, torch.memory_format)}, path + ".pt")
told = {f"other.{number}": text for number, (_, text) in enumerate(others)}
lines = [f"{name}\t{told.get(name) or text(value)}" for name, value in values.items()]
