"""Real PyTorch, asked over standard input: one JSON object a line in, one out.

{"verb": "make", "name": "plain", "path": "/tmp/x.pt"}  saves the object of that name, and describes it as it is in memory
{"verb": "describe", "path": "/tmp/x.pt"}               loads a file with torch.load, and describes what came out
{"verb": "ends", "path": "/tmp/x.pt"}                   loads a large file mapped, and looks at the ends of some tensors
{"verb": "run", "code": "lines = [str(torch.load(path))]", "path": "/tmp/x.pt"}  runs Python, which leaves lines
{"verb": "fixture", "name": "plain", "folder": "/tmp"}  makes an object and leaves its description beside it

A description is a list of lines, one for each value in the order of a walk: containers and tensors are numbered when they
are first met, so that sharing and cycles show; elements are hashes; floats are their bits. Description.cs makes the same
of a checkpoint.
"""
import argparse, collections, copyreg, datetime, decimal, enum, fractions, functools, hashlib, io, json, os, pathlib
import pickle, struct, sys, tarfile, tempfile, traceback, types, uuid, warnings, zipfile

import numpy
import torch

VERSION = tuple(int(part) for part in torch.__version__.split(".")[:2])
IS_OLD = VERSION < (2, 0)


# ---- descriptions

class Describer:
    def __init__(self):
        self.lines = []
        self.numbers = {}
        self.storages = {}
        self.alive = []  # a number belongs to an id, and so its object has to stay

    def describe(self, root):
        pending = [("$", root)]
        while pending:
            path, value = pending.pop()
            line, children = self.visit(value)
            self.lines.append(path + " = " + line)
            pending.extend((path + step, child) for step, child in reversed(children))
        return self.lines

    def visit(self, value):
        leaf = leaf_text(value)
        if leaf is not None:
            return leaf, []
        if isinstance(value, frozenset):
            return flat_text(value), []
        if id(value) in self.numbers:
            return "as #%d" % self.numbers[id(value)], []
        number = self.numbers[id(value)] = len(self.numbers)
        self.alive.append(value)
        line, children = self.visit_new(value)
        return "%s #%d" % (line, number), children

    def visit_new(self, value):
        if type(value) in (list, tuple):
            return "%s of %d" % (type(value).__name__, len(value)), indexed(value)
        if type(value) is dict:
            return "dict of %d" % len(value), keyed(value)
        if type(value) is collections.OrderedDict:
            return "OrderedDict of %d" % len(value), keyed(value) + attributes(value.__dict__)
        if type(value) is set:
            return flat_text(value), []
        if type(value) is bytearray:
            return "bytearray " + value.hex(), []
        if isinstance(value, (torch.storage.UntypedStorage, torch.storage.TypedStorage)):
            typed = isinstance(value, torch.storage.TypedStorage)
            name = str(value.dtype) if typed else "untyped"
            return "storage %s %s" % (name, self.storage(untyped(value))), []
        if isinstance(value, torch.Tensor):
            return self.any_tensor(value)
        return self.record(value)

    def any_tensor(self, t):
        """Tensors of all kinds. A file says nothing of the gradient of a sparse or nested one."""
        name, of = type(t).__name__, attributes(t.__dict__)
        grad = " requires_grad=%s" % t.requires_grad
        if isinstance(t, torch.nn.parameter.UninitializedTensorMixin):
            return name + grad, []
        if type(t).__name__ == "NestedTensor":
            parts = [("." + part, bare(inner)) for part, inner in (("values", t._values), ("offsets", t._offsets), ("lengths", t._lengths)) if inner is not None]
            return "%s torch.jagged ragged=%d%s" % (name, t._ragged_idx, grad), parts
        if t.layout is not torch.strided:
            function, args = t.data.__reduce_ex__(2)[:2]
            parts = [inner for inner in args[1] if isinstance(inner, torch.Tensor)]
            line = "%s %s %s shape=%s" % (name, t.layout, t.dtype, list(t.shape))
            return line + grad * isinstance(t, torch.nn.Parameter), [("[%d]" % i, part) for i, part in enumerate(parts)] + of
        if t.is_nested:
            return "%s nested %s" % (name, t.dtype), [("[%d]" % i, part) for i, part in enumerate(t.data.__reduce_ex__(2)[1])] + of
        if t.is_quantized:
            return self.quantized(t, of)
        if t.is_meta:
            return "%s meta %s shape=%s strides=%s%s" % (name, t.dtype, list(t.shape), list(t.stride()), grad), of
        if hasattr(type(t), "__torch_dispatch__") and type(t).__torch_dispatch__ is not torch.Tensor.__torch_dispatch__:
            return "%s around %s shape=%s%s" % (name, t.dtype, list(t.shape), grad), of
        return self.tensor(t), of

    def quantized(self, t, of):
        scheme = "scale=%s zero=%d" % (struct.pack(">d", t.q_scale()).hex(), t.q_zero_point()) if t.qscheme() is torch.per_tensor_affine else "axis=%d" % t.q_per_channel_axis()
        parts = [] if t.qscheme() is torch.per_tensor_affine else [(".scales", t.q_per_channel_scales()), (".zeros", t.q_per_channel_zero_points())]
        line = "%s %s shape=%s strides=%s offset=%d requires_grad=%s %s %s %s int_repr=%s" % (
            type(t).__name__, t.dtype, list(t.shape), list(t.stride()), t.storage_offset(), t.requires_grad, t.qscheme(), scheme,
            self.storage(untyped(t)), sha256(t.int_repr().contiguous().numpy()))
        return line, parts + of

    def tensor(self, t):
        return "%s %s shape=%s strides=%s offset=%d requires_grad=%s conj=%s neg=%s %s sha256=%s" % (
            type(t).__name__, t.dtype, list(t.shape), list(t.stride()), t.storage_offset(), t.requires_grad,
            t.is_conj(), t.is_neg(), self.storage(untyped(t)), sha256(logical_bytes(t)))

    def storage(self, storage):
        known = self.storages.get(storage._cdata)
        if known is not None:
            return "as s%d" % known
        number = self.storages[storage._cdata] = len(self.storages)
        self.alive.append(storage)
        return "s%d(%s, %d bytes, sha256=%s)" % (number, storage.device, storage.nbytes(), sha256(storage_bytes(storage)))

    def record(self, value):
        """Whatever pickles as a call, described by that call."""
        reduce = copyreg.dispatch_table.get(type(value))
        reduced = reduce(value) if reduce else value.__reduce_ex__(2)
        self.alive.append(reduced)
        if isinstance(reduced, str):
            return "global torch." + reduced, []
        function, args, state, items, entries = tuple(reduced) + (None,) * (5 - len(reduced))
        kind = "call"
        if function is copyreg.__newobj__:
            kind, function, args = "new", args[0], args[1:]
        children = [("(%d)" % i, arg) for i, arg in enumerate(args)]
        children += indexed(list(items or [])) + keyed(dict(entries or []))
        if isinstance(state, dict):
            children += attributes(state)
        elif state is not None:
            children += [(".state", state)]
        return "%s %s" % (kind, leaf_text(function)), children


def bare(tensor):
    """The same tensor without the marks that a compiler leaves on it."""
    return torch.Tensor.detach(tensor)


def indexed(values):
    return [("[%d]" % i, value) for i, value in enumerate(values)]


def keyed(entries):
    return [("[%s]" % flat_text(key), value) for key, value in entries.items()]


def attributes(entries):
    return [("." + str(key), value) for key, value in entries.items()]


def leaf_text(value):
    if value is None or value is True or value is False:
        return str(value)
    if type(value) is int:
        return "int %d" % value if abs(value) < 1 << 256 else "int %#x" % value
    if type(value) is float:
        return "float " + struct.pack(">d", value).hex()
    if type(value) is complex:
        return "complex %s %s" % (struct.pack(">d", value.real).hex(), struct.pack(">d", value.imag).hex())
    if type(value) is str:
        return "str " + quoted(value)
    if type(value) is bytes:
        return "bytes " + value.hex()
    if type(value) is tuple and not value:
        return "tuple of 0"
    if isinstance(value, (torch.dtype, torch.qscheme)):
        return "global " + str(value)
    if value is Ellipsis:
        return "global builtins.Ellipsis"
    if isinstance(value, (type, types.FunctionType, types.BuiltinFunctionType)):
        return "global %s.%s" % (value.__module__, value.__qualname__)
    return None


def flat_text(value):
    """A value that can be a key or a member of a set, on one line. Sets have no order."""
    leaf = leaf_text(value)
    if leaf is not None:
        return leaf
    if type(value) in (set, frozenset):
        return "%s {%s}" % (type(value).__name__, ", ".join(sorted(map(flat_text, value))))
    if type(value) is tuple:
        return "(%s)" % ", ".join(map(flat_text, value))
    return "a key of type " + type(value).__name__


def quoted(text):
    units = struct.unpack("<%dH" % (len(text.encode("utf-16-le", "surrogatepass")) // 2), text.encode("utf-16-le", "surrogatepass"))
    return '"%s"' % "".join(chr(u) if 0x20 <= u < 0x7f and chr(u) not in '"\\' else "\\u%04x" % u for u in units)


def untyped(value):
    """The untyped storage of a tensor or of a storage, which is spelt differently in each PyTorch."""
    if isinstance(value, torch.storage.UntypedStorage):
        return value
    if isinstance(value, torch.storage.TypedStorage):
        return value._storage if IS_OLD else value._untyped_storage
    return value.storage()._storage if IS_OLD else value.untyped_storage()


def storage_bytes(storage):
    return torch.empty(0, dtype=torch.uint8).set_(storage).numpy()


def logical_bytes(t):
    """The elements in row-major order, signs resolved, by PyTorch's own copy; as integers, since NumPy lacks some types."""
    t = t.detach().resolve_conj().resolve_neg()
    if t.dtype.is_complex:
        t = torch.view_as_real(t)
    integer = {1: torch.uint8, 2: torch.int16, 4: torch.int32, 8: torch.int64}[t.element_size()]
    return t.view(integer).contiguous().numpy()


def sha256(array):
    return hashlib.sha256(memoryview(array.reshape(-1)).cast("B") if array.size else b"").hexdigest()


# ---- loading

class Guarded:
    """A pickle module that resolves only what a tensor is made of: PyTorch 1.13 has no such mode that reads floats."""
    __name__ = "guarded"
    load = pickle.load
    Pickler = pickle.Pickler

    class Unpickler(pickle.Unpickler):
        def find_class(self, module, name):
            if module == "torch._utils" and name.startswith("_rebuild_") or (module, name) == ("collections", "OrderedDict"):
                return super().find_class(module, name)
            raise pickle.UnpicklingError("%s.%s is not allowed here" % (module, name))


def load(path, mmap=False, weights_only=None, guarded=False):
    if guarded:
        return torch.load(path, map_location="cpu", **({"pickle_module": Guarded} if IS_OLD else {"weights_only": True}))
    options = {}
    if mmap:
        options["mmap"] = True
    if weights_only is not None:
        options["weights_only"] = weights_only
    return torch.load(path, **options)


# ---- objects by name

CASES = {}


def case(make):
    CASES[make.__name__] = make
    return make


def make(name):
    if name.startswith("dtype:"):
        return layouts(getattr(torch, name[len("dtype:"):]))
    return CASES[name]()


def elements(dtype, count):
    """A tensor of arbitrary bits, NaNs with payloads among them."""
    if dtype is torch.bool:
        return torch.arange(count) % 3 == 0
    size = torch.empty(0, dtype=dtype).element_size()
    return torch.tensor([(i * 151 + i // 251 + 7) & 255 for i in range(count * size)], dtype=torch.uint8).view(dtype)


def layouts(dtype):
    base = elements(dtype, 24)
    own = lambda *shape: elements(dtype, 24)[:int(numpy.prod(shape))].clone().view(*shape)
    made = collections.OrderedDict(
        contiguous=own(2, 3, 4),
        transposed=own(4, 6).t(),
        permuted=own(2, 3, 4).permute(2, 0, 1),
        offset_view=elements(dtype, 24)[5:17].view(3, 4),
        strided_slice=elements(dtype, 24)[1::5],
        columns=own(4, 6)[:, 1::2],
        expanded=own(3).unsqueeze(1).expand(3, 4),
        size_one_dimensions=own(1, 4, 1, 6).transpose(0, 2),
        overlapping=elements(dtype, 24).as_strided((5, 6), (3, 2), 1),
        scalar=elements(dtype, 1).view(()),
        scalar_view=elements(dtype, 24)[7],
        empty=torch.empty(0, dtype=dtype),
        empty_with_sizes=torch.empty(2, 0, 3, dtype=dtype),
        empty_view_at_the_end=elements(dtype, 24)[24:],
        channels_last=own(1, 2, 3, 4).permute(0, 3, 1, 2),
        shared_whole=base,
        shared_part=base[3:9],
        shared_reshaped=base.view(4, 6),
        the_same_tensor_again=base,
        constant_parameter=torch.nn.Parameter(own(6), requires_grad=False),
    )
    if dtype.is_floating_point or dtype.is_complex:
        made["parameter"] = torch.nn.Parameter(own(3, 2))
        made["parameter_view"] = torch.nn.Parameter(own(4, 6)[1:3].t())
    return made


@case
def every_dtype():
    """One small tensor of each that this PyTorch can save."""
    made = collections.OrderedDict()
    for name, dtype in sorted(vars(torch).items()):
        if isinstance(dtype, torch.dtype) and str(dtype) == "torch." + name:
            try:
                tensor = elements(dtype, 3)
                torch.save(tensor, io.BytesIO())
                made[name] = tensor
            except (KeyError, NotImplementedError, RuntimeError, TypeError):
                pass
    return made


@case
def bare_tensor():
    return torch.arange(6.0).view(2, 3)


@case
def bare_parameter():
    return torch.nn.Parameter(torch.arange(6.0).view(2, 3))


@case
def not_a_leaf():
    weight = torch.ones(3, requires_grad=True)
    return {"weight": weight, "result": weight * 2, "detached": weight.detach()}


@case
def requires_grad():
    return [elements(dtype, 4).requires_grad_() for dtype in (torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.complex64, torch.complex128)]


@case
def young_requires_grad():
    """PyTorch writes these, and fails to load them: _rebuild_tensor_v3 calls set_ on a leaf that requires its gradient."""
    return [elements(dtype, 4).requires_grad_() for dtype in (torch.float8_e4m3fn, torch.float8_e5m2, torch.complex32)]


@case
def conjugated():
    base = elements(torch.complex64, 12).view(3, 4)
    return {
        "plain": base, "conj": base.conj(), "transposed": base.conj().t(), "slice": base.conj()[1:, ::2],
        "double": elements(torch.complex128, 6).conj(), "scalar": elements(torch.complex128, 1).view(()).conj(),
        "parameter": torch.nn.Parameter(elements(torch.complex64, 4).conj()),
    }


@case
def negated():
    base = elements(torch.complex64, 12).view(3, 4)
    return {
        "imaginary": base.conj().imag, "double": elements(torch.complex128, 6).conj().imag[1::2],
        "float": elements(torch.float32, 5)._neg_view(), "half": elements(torch.float16, 5)._neg_view(),
        "both": elements(torch.complex64, 5).conj()._neg_view(),
    }


@case
def quantized():
    values = torch.linspace(-2, 2, 24).view(4, 6)
    scales, zeros = torch.tensor([0.1, 0.2, 0.3, 0.4], dtype=torch.float64), torch.tensor([1, 2, 3, 4])
    return {
        "qint8": torch.quantize_per_tensor(values, 0.1, 3, torch.qint8),
        "quint8": torch.quantize_per_tensor(values, 0.1, 3, torch.quint8).t(),
        "qint32": torch.quantize_per_tensor(values, 0.1, 3, torch.qint32),
        "per_channel": torch.quantize_per_channel(values, scales, zeros, 0, torch.qint8),
    }


@case
def sparse():
    values = torch.eye(4) * torch.arange(1.0, 5)
    return {"coo": values.to_sparse(), "coalesced": values.to_sparse().coalesce(), "requires_grad": values.to_sparse().requires_grad_()}


@case
def sparse_of_all_ranks():
    indices = torch.tensor([[0, 2, 2], [1, 0, 3]])
    hybrid = torch.sparse_coo_tensor(indices, torch.arange(6.0).view(3, 2), (3, 4, 2))
    return {
        "hybrid": hybrid, "again": hybrid, "empty": torch.sparse_coo_tensor(torch.empty(2, 0, dtype=torch.int64), torch.empty(0, dtype=torch.float64), (2, 3)),
        "ints": torch.sparse_coo_tensor(indices, torch.tensor([1, 2, 3], dtype=torch.int16), (3, 4)), "parameter": torch.nn.Parameter(hybrid.detach().clone()),
        "shared indices": torch.sparse_coo_tensor(indices, torch.tensor([1, 2j, 3 - 1j]), (3, 4)), "indices": indices, "scalar": torch.tensor(2.0).to_sparse(),
        "one dimension": torch.tensor([0.0, 1.0]).to_sparse(), "embedding gradient": torch.sparse_coo_tensor(torch.tensor([[4, 1]]), torch.ones(2, 3), (10, 3)),
    }


@case
def sparse_csr():
    return (torch.eye(4) * torch.arange(1.0, 5)).to_sparse_csr()


@case
def sparse_compressed():
    values = torch.eye(4) * torch.arange(1.0, 5)
    batch = torch.stack([values, values])
    return {"csr": values.to_sparse_csr(), "csc": values.to_sparse_csc(), "bsr": values.to_sparse_bsr((2, 2)), "bsc": values.double().to_sparse_bsc((2, 1)),
            "batch": batch.to_sparse_csr(), "int32": torch.sparse_csr_tensor(torch.tensor([0, 1, 1], dtype=torch.int32), torch.tensor([2], dtype=torch.int32), torch.tensor([5]), (2, 3)),
            "dense": torch.sparse_csr_tensor(torch.tensor([0, 1, 1]), torch.tensor([2]), torch.ones(1, 4), (2, 3, 4))}


@case
def nested():
    tensor = torch.nested.nested_tensor([torch.arange(3.0), torch.arange(5.0)])
    return {"one": tensor, "again": tensor, "matrices": torch.nested.nested_tensor([torch.ones(2, 3), torch.ones(4, 1)], dtype=torch.float64)}


@case
def jagged():
    parts = [torch.arange(6.0).view(2, 3), torch.ones(1, 3), torch.ones(0, 3)]
    return {"jagged": torch.nested.nested_tensor(parts, layout=torch.jagged), "learns": torch.nested.nested_tensor(parts, layout=torch.jagged, requires_grad=True),
            "lengths": torch.nested.narrow(torch.arange(12.0).view(2, 6), 1, torch.tensor([0, 1]), torch.tensor([3, 2]), layout=torch.jagged)}


@case
def packed():
    """Types of which several share a byte."""
    values = torch.linspace(-1, 1, 24).view(4, 6)
    return {str(dtype): torch.quantize_per_channel(values, torch.full((4,), 0.1), torch.tensor([0.0, 1.0, 2.0, 1.5]), 0, dtype) for dtype in (torch.quint4x2, torch.quint2x4)}


@case
def quantized_views():
    values = torch.linspace(-2, 2, 24).view(4, 6)
    whole = torch.quantize_per_tensor(values, 0.25, 0, torch.quint8)
    noted = torch.quantize_per_tensor(values, 0.5, 0, torch.qint8)
    if not IS_OLD:  # which loses it
        noted.note = "mine"
    return {"whole": whole, "rows": whole[1:3], "transposed": whole.t(), "again": whole, "noted": noted, "empty": torch.quantize_per_tensor(torch.empty(0), 1.0, 0, torch.qint8),
            "scalar": torch.quantize_per_tensor(torch.tensor(1.0), 0.5, 2, torch.qint32), "axis 1": torch.quantize_per_channel(values, torch.arange(1.0, 7), torch.zeros(6, dtype=torch.int64), 1, torch.qint32)}


@case
def lazy_parameters():
    return {"parameter": torch.nn.parameter.UninitializedParameter(), "frozen": torch.nn.parameter.UninitializedParameter(requires_grad=False), "buffer": torch.nn.parameter.UninitializedBuffer()}


class Labelled(torch.Tensor):
    """A subclass whose elements are its own."""


class Scaled(torch.Tensor):
    """A wrapper subclass: its elements are those of an attribute."""

    @staticmethod
    def __new__(cls, inner, scale):
        made = torch.Tensor._make_wrapper_subclass(cls, inner.shape, dtype=inner.dtype)
        made.inner, made.scale = inner, scale
        return made

    @classmethod
    def __torch_dispatch__(cls, function, types, args=(), kwargs=None):
        if function is torch.ops.aten.detach.default:
            return Scaled(args[0].inner.detach(), args[0].scale)
        raise NotImplementedError(str(function))


@case
def subclasses():
    labelled = torch.arange(6.0).view(2, 3).as_subclass(Labelled)
    labelled.label = ["a", 1]
    return {"plain": torch.arange(4.0)[1:].as_subclass(Labelled), "labelled": labelled, "again": labelled, "wrapper": Scaled(torch.arange(3.0), 0.5)}


@case
def without_bytes():
    return {"meta": torch.empty(3, 4, device="meta"), "transposed": torch.empty(3, 4, device="meta").t(), "learns": torch.empty(2, device="meta", requires_grad=True),
            "parameter": torch.nn.Parameter(torch.empty(2, device="meta")), "empty": torch.empty(2, 0, device="meta"), "scalar": torch.empty((), device="meta"), "large": torch.empty(1 << 20, 1 << 20, device="meta", dtype=torch.float16)}


@case
def storages():
    tensor = torch.arange(6, dtype=torch.uint8)
    return {"tensor": tensor, "typed": torch.arange(4.0).storage(), "untyped": untyped(torch.arange(5, dtype=torch.uint8)), "again": untyped(tensor)}


@case
def buffer_with_attributes():
    tensor = torch.nn.Buffer(torch.arange(3.0))
    tensor.note = "mine"
    return tensor


@case
def parameter_with_attributes():
    parameter = torch.nn.Parameter(torch.arange(3.0))
    parameter.note = {"axis": 1, "names": ["a"]}
    return parameter


@case
def plain():
    return {
        "none": None, "true": True, "false": False,
        "ints": [0, 1, -1, 127, 128, 255, 256, -128, -129, 65535, 65536, 2**31 - 1, -2**31, 2**31, -2**31 - 1, 2**32, 2**53 + 1,
                 2**63 - 1, -2**63, 2**63, 2**64, -2**64, 10**40, -10**40, 2**2000, -(2**2000)],
        "floats": [0.0, -0.0, 1.0, -1.5, 0.1, 1e-320, 5e-324, 1.7976931348623157e308, float("inf"), float("-inf"), float("nan"),
                   struct.unpack(">d", bytes.fromhex("fff8000000abcdef"))[0], 1e16, 1e-5],
        "complex": [1j, complex(-0.0, 0.0), complex(float("nan"), float("-inf")), complex(1.5, -2.5)],
        "strings": ["", "a", "weight", "tab\t\n\r\0end", "quote'\"\\", "\x7f\x80\xff", "\u0100\u07ff\u0800\uffff", "\u00fcml\u00e4ut", "\U0001f600\U0010ffff",
                    "\ud83d", "\ude00", "\ude00\ud83d", "x\ud800y"],
        "bytes": [b"a", bytes(range(256))], "bytearray": [bytearray(b"abc"), bytearray(range(256))],
        "tuples": [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), ((), ((),))], "lists": [[], [1], [1, 2], [[], [[]]]], "dicts": [{}, {1: 2}, {1: {2: {}}}],
        "keys": {1: "int", -2: "negative", 2**70: "large", 2.5: "float", None: "none", True: "one already there", "1": "text", (1, "a"): "tuple",
                 ((1, (2, 3)), "b"): "nested tuple", b"k": "bytes", 1j: "complex", (): "empty"},
        "ordered": collections.OrderedDict([("z", 1), ("a", 2), (0, collections.OrderedDict())]),
        "sets": [{1}, {1, 2, 3}, {"a", "b"}, {(1, 2), (3,)}],
    }


@case
def long():
    """Lengths at which the pickler changes its opcodes or its batches."""
    sizes = (0, 1, 2, 255, 256, 257, 999, 1000, 1001, 2000, 2001)
    return {
        "strings": ["x" * n for n in sizes] + ["\u4e2d" * 100000], "bytes": [b"\xff" * n for n in sizes if n], "tuples": [tuple(range(n)) for n in sizes],
        "lists": [list(range(n)) for n in sizes], "sets": [set(range(n)) for n in sizes if n], "dicts": [{i: -i for i in range(n)} for n in sizes],
        "ordered": [collections.OrderedDict((str(i), i) for i in range(n)) for n in sizes],
    }


@case
def refused_by_default():
    """Plain data that torch.load without weights_only=False refuses since 2.6."""
    return {
        "empty bytes": b"", "empty bytearray": bytearray(), "empty set": set(), "frozensets": [frozenset(), frozenset({1, (2, 3)}), frozenset({frozenset({1})})],
        "ints": [2**2040, -(2**2040), 2**4000], "numpy": [numpy.float64(1.5), numpy.int32(-3), numpy.arange(6, dtype="f4").reshape(2, 3), numpy.array(["a", "bc"])],
        "dates": [datetime.datetime(2024, 2, 29, 1, 2, 3, 4), datetime.date(2000, 1, 1), datetime.timedelta(1, 2, 3)],
        "path": pathlib.PurePosixPath("/a/b"), "numbers": [decimal.Decimal("1.50"), fractions.Fraction(2, 3)],
        "defaultdict": collections.defaultdict(list, a=[1]), "deque": collections.deque([1, 2], 3), "simple": types.SimpleNamespace(a=1, b=[2]),
        "namespace": argparse.Namespace(lr=0.1, names=["a"]), "range": range(1, 10, 2), "slice": slice(1, None, 2), "ellipsis": Ellipsis,
        "uuid": uuid.UUID(int=5), "partial": functools.partial(int, base=2), "function": torch.nn.functional.relu, "types": [int, float, str, dict, torch.nn.Linear],
    }


@case
def records():
    return {"counter": collections.Counter("abca"), "values": [torch.Size([2, 3]), torch.Size([]), torch.device("cpu"), torch.device("cuda", 1),
            torch.float32, torch.bfloat16, torch.bool, torch.strided, torch.sparse_coo, torch.per_tensor_affine]}


@case
def shared():
    common, pair, tensor = [1, 2], ("x", [3]), torch.arange(4.0)
    nested = {"list": common, "tuple": pair, "tensor": tensor, "set": {1}, "bytes": bytearray(b"z")}
    return {"first": nested, "second": nested, "list": common, "tuples": [pair, pair, (pair, common)], "tensor": tensor, "inner": pair[1],
            "size": [torch.Size([1])] * 2, "set": nested["set"], "bytes": nested["bytes"], "view": tensor[1:]}


@case
def cyclic():
    items, entries, ordered = [], {}, collections.OrderedDict()
    items.append(items)
    entries["self"] = entries
    entries["list"] = items
    ordered["all"] = [entries, items, ordered]
    ordered.self = ordered
    return {"items": items, "entries": entries, "ordered": ordered}


@case
def cyclic_tuple():
    """CPython undoes a tuple that turns out to be there already, by POP, which weights_only does not know."""
    short, long = ([],), (1, 2, [], 4)
    short[0].append(short)
    long[2].append(long)
    space = types.SimpleNamespace()
    space.self = space
    return {"short": short, "long": long, "space": space}


@case
def deep():
    root = inner = []
    for _ in range(400):
        inner.append([])
        inner = inner[0]
    return root


@case
def values_of_any_protocol():
    return {"none": None, "bools": [True, False], "ints": [0, -1, 255, 256, 65536, 2**31, -2**40, 2**70, 2**3000], "floats": [0.5, -0.0, float("inf"), float("-inf"), 1e300],
            "strings": ["", "a", "line\nbreak", "back\\slash\\u0041", "\u00fc\u4e2d\U0001f600", "\ud800", "'", "x" * 70000], "bytes": [b"", b"abc", bytes(range(256)), b"y" * 70000],
            "bytearray": bytearray(b"abc"), "tuples": [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)], "lists": [[], [1], list(range(1500))],
            "sets": [set(), {1}, {1, 2}, frozenset(), frozenset({1, 2})], "dicts": [{}, {"a": 1}, {1: {2: 3}}], "ordered": collections.OrderedDict(b=1, a=2), "complex": 1 + 2j,
            "shared": [[1]] * 3}


@case
def tensors_of_any_protocol():
    tensor = torch.arange(6.0)
    return collections.OrderedDict(a=tensor, b=tensor[2:], c=torch.nn.Parameter(torch.ones(2)), d=torch.arange(5, dtype=torch.int64)[::2], size=torch.Size([1, 2]))


@case
def plain_tensors():
    """What PyTorch 0.1 could have saved, and the types that came before the storages lost theirs."""
    made = {"layouts": {name: value for name, value in layouts(torch.float32).items() if type(value) is torch.Tensor}, "plain": plain()}
    for dtype in (torch.float64, torch.float16, torch.bfloat16, torch.int8, torch.int16, torch.int32, torch.int64, torch.uint8, torch.bool, torch.complex64, torch.complex128):
        made[str(dtype)] = elements(dtype, 6)
    return made


def small_model():
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(8, 3, bias=False))


@case
def state_dict():
    return small_model().state_dict()


@case
def training_state():
    model = small_model()
    optimizer = torch.optim.Adam([{"params": model[0].parameters()}, {"params": model[4].parameters(), "lr": 0.01}], lr=0.1, amsgrad=True)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 3)
    for _ in range(2):
        loss = model(torch.randn(4, 1, 4, 4)).square().sum()
        loss.backward()
        optimizer.step()
        scheduler.step()
    return {"epoch": 2, "loss": loss, "model": model.state_dict(), "optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict(),
            "models": [model.state_dict(keep_vars=True), model[0].state_dict(prefix="0.")]}


@case
def whole_module():
    return small_model()


@case
def many():
    return collections.OrderedDict(("layer%d.weight" % i, torch.full((2,), float(i))) for i in range(3000))


def vision(name):
    import torchvision
    torch.manual_seed(0)
    return getattr(torchvision.models, name)().state_dict()


for name in ("resnet18", "mobilenet_v3_small", "vit_b_16"):
    CASES[name] = functools.partial(vision, name)


class LanguageModel(torch.nn.Module):
    """Decoder and embedding are one parameter."""

    def __init__(self):
        super().__init__()
        self.encoder = torch.nn.Embedding(5000, 128)
        self.lstm = torch.nn.LSTM(128, 128, num_layers=2, batch_first=True)
        self.decoder = torch.nn.Linear(128, 5000)
        self.decoder.weight = self.encoder.weight


@case
def lstm_language_model():
    torch.manual_seed(0)
    return LanguageModel().state_dict()


@case
def large():
    """Over 5 GiB: numbers over 2^31 and, for all that follows, offsets over 2^32; then 70,000 small tensors."""
    made = collections.OrderedDict()
    made["bytes"] = torch.from_numpy(numpy.zeros(2**31 + 5000, dtype=numpy.uint8))
    made["floats"] = torch.from_numpy(numpy.zeros(850_000_000, dtype=numpy.float32))
    made["bytes"][-3:] = torch.tensor([1, 2, 3])
    made["floats"][-2:] = torch.tensor([1.5, -2.5])
    for i in range(70_000):
        made["small.%d" % i] = torch.full((4,), i, dtype=torch.int32)
    return made


# ---- verbs

def verb_hello(_):
    return {"version": torch.__version__, "maps": VERSION >= (2, 1), "refuses": VERSION >= (2, 6), "dtypes": [name for name, value in vars(torch).items() if isinstance(value, torch.dtype)]}


def save(made, path, protocol, way):
    if way == "Default":
        torch.save(made, path, pickle_protocol=protocol)
    elif way == "Stream":
        with open(path, "wb") as file:
            torch.save(made, file)
    elif way == "Aligned":
        with torch.utils.serialization.config.patch({"save.storage_alignment": 4096}):
            torch.save(made, path)
    elif way == "WithoutChecksums":
        torch.serialization.set_crc32_options(False)
        torch.save(made, path)
        torch.serialization.set_crc32_options(True)
    elif way == "WithoutByteOrder":
        torch.save(made, path, _disable_byteorder_record=True)
    elif way == "Legacy":
        torch.save(made, path, pickle_protocol=protocol, _use_new_zipfile_serialization=False)
    elif way == "Tar":
        save_tar(made, path)
    elif way == "Rezipped":
        with tempfile.NamedTemporaryFile() as plain:
            torch.save(made, plain.name)
            with zipfile.ZipFile(plain.name) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
                for name in source.namelist():
                    target.writestr(name, source.read(name))
    else:
        raise ValueError(way)


def save_tar(made, path):
    """The writer of PyTorch 0.1.9, from what torch.load reads: tensors and storages under keys of their own."""
    storages, tensors = {}, {}

    class Pickler(pickle.Pickler):
        def persistent_id(self, value):
            if isinstance(value, torch.Tensor):
                tensors[id(value)] = value
                storages.setdefault(untyped(value)._cdata, value)
                return str(id(value))
            return None

    def dump(*values):
        return b"".join(pickle.dumps(value, protocol=2) for value in values)

    main = io.BytesIO()
    Pickler(main, protocol=2).dump(made)
    parts = [dump(len(storages))]
    for key, value in storages.items():
        typed = value.storage()
        name = (typed.pickle_storage_type if IS_OLD else typed._pickle_storage_type)()
        parts.append(dump((key, "cpu", getattr(torch, name))) + struct.pack("<q", typed.size()) + storage_bytes(untyped(value)).tobytes())
    parts.append(dump([]))
    rows = [dump(len(tensors))]
    for key, value in tensors.items():
        numbers = list(value.shape) + list(value.stride()) + [value.storage_offset()]
        rows.append(dump((key, untyped(value)._cdata, torch.FloatTensor)) + struct.pack("<q%dq" % len(numbers), value.dim(), *numbers))
    info = dump({"protocol_version": 1000, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 4}})
    with tarfile.open(path, "w:", format=tarfile.PAX_FORMAT) as tar:
        for name, data in (("sys_info", info), ("pickle", main.getvalue()), ("tensors", b"".join(rows)), ("storages", b"".join(parts))):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            member.mtime = 1485000000.25  # a fraction goes to an extended header, as in the files of then
            tar.addfile(member, io.BytesIO(data))


def verb_make(asked):
    made = make(asked["name"])
    save(made, asked["path"], asked.get("protocol", 2), asked.get("way", "Default"))
    return Describer().describe(made) if asked.get("describe", True) else []


def verb_run(asked):
    names = {"torch": torch, "path": asked["path"]}
    exec(asked["code"], names)
    return names["lines"]


def verb_fixture(asked):
    folder = pathlib.Path(asked["folder"], "pytorch-%d.%d" % VERSION)
    folder.mkdir(exist_ok=True)
    file = folder / (asked["name"].replace(":", "_") + ".pt")
    description = verb_make({"name": asked["name"], "path": str(file)})
    file.with_suffix(".json").write_text(json.dumps(description, indent=0) + "\n")
    return file.name


def verb_describe(asked):
    return Describer().describe(load(asked["path"], asked.get("mmap", False), asked.get("weights_only"), asked.get("guarded", False)))


def verb_ends(asked):
    """The number of tensors, and for some of them their size and last elements."""
    loaded = torch.load(asked["path"], mmap=True)
    return [str(len(loaded))] + ["%s %s %d %s" % (name, loaded[name].dtype, loaded[name].numel(), loaded[name][-asked["count"]:].tolist()) for name in asked["names"]]


def main():
    # Libraries may write to standard output; the answers have a way of their own.
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            answer = {"result": globals()["verb_" + asked["verb"]](asked)}
        except Exception as error:
            answer = {"error": "%s: %s" % (type(error).__name__, error), "traceback": traceback.format_exc()}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


main()
