"""Makes files that call a probe, and has Python's own readers say which of them do.

    python3 probes.py COUNT SEED pickles|containers|all

Each file is made from its number and the seed alone. It is read by the C unpickler from memory, from a file and from a
buffered file, by the Python unpickler, and as a container by torch.load and numpy.load. Standard output gets, for each file
that called the probe, a line of JSON and then the bytes; last comes a line with the totals. Nothing that a file may call
does anything but count. Readers run in a child with little memory and time; when a file kills it, the next one goes on.
"""
import argparse, builtins, collections, gzip, io, json, os, pickle, random, resource, signal, struct, sys, tarfile
import types, warnings, zipfile

warnings.simplefilter("ignore")

COUNT, SEED, WHAT = int(sys.argv[1]), sys.argv[2], sys.argv[3]
BATCH = 500
SECONDS = 5
MEMORY = 6 << 30

torch = numpy = None
if WHAT != "pickles":
    import numpy
    import torch


# ---- the probe

hits = 0


def count(*args, **names):
    global hits
    hits += 1
    return []


class Makes:
    def __new__(cls, *args, **names):
        count()
        return object.__new__(cls)


class SetsState:
    def __setstate__(self, state):
        count()


class Appends:
    def append(self, item):
        count()

    def add(self, item):
        count()

    def __setitem__(self, key, value):
        count()


class Holder:
    zzz_probe = staticmethod(count)


module = types.ModuleType("zzz_module")
module.zzz_probe, module.zzz_probe_makes, module.zzz_probe_state = count, Makes, SetsState
module.zzz_probe_appends, module.Holder = Appends, Holder
part = types.ModuleType("zzz_module.part")
part.zzz_probe, module.part = count, part
sys.modules["zzz_module"], sys.modules["zzz_module.part"] = module, part
builtins.zzz_probe = count
for made in (Makes, SetsState, Appends):
    made.__module__ = "zzz_module"


# ---- instructions

class Maker:
    """Makes pickles of one random number generator."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.memo = 0

    def pick(self, *choices):
        return self.random.choice(choices)

    def chance(self, of):
        return self.random.random() < of

    def bytes(self, most):
        return bytes(self.random.randrange(256) for _ in range(self.random.randrange(most + 1)))

    # Values

    def text(self, value):
        """A str, in one of the ways that a pickle can have one."""
        data = value.encode("utf-8", "surrogatepass")
        way = self.random.randrange(7)
        if way == 0:
            made = b"X" + struct.pack("<I", len(data)) + data
        elif way == 1:
            made = b"\x8c" + struct.pack("<B", len(data)) + data
        elif way == 2:
            made = b"\x8d" + struct.pack("<Q", len(data)) + data
        elif way == 3:
            made = b"V" + b"".join(self.escaped_letter(letter) for letter in value) + b"\n"
        elif way == 4:
            quote = self.pick(b"'", b'"')
            made = b"S" + quote + b"".join(self.escaped_byte(byte) for byte in data) + quote + b"\n"
        elif way == 5:
            made = b"U" + struct.pack("<B", len(data)) + data
        else:
            made = b"T" + struct.pack("<i", len(data)) + data
        return self.through_memo(made)

    def escaped_letter(self, letter):
        way = self.random.randrange(12)
        if way == 0 and ord(letter) < 0x10000:
            return b"\\u%04x" % ord(letter)
        if way == 1:
            return b"\\U%08x" % ord(letter)
        return letter.encode("latin-1") if ord(letter) < 256 and letter not in "\\\n" else b"\\U%08x" % ord(letter)

    def escaped_byte(self, byte):
        way = self.random.randrange(12)
        if way == 0:
            return b"\\x%02x" % byte
        if way == 1:
            return b"\\%03o" % (byte + self.pick(0, 256))
        if way == 2 or byte in b"\\'\"\n":
            return b"\\x%02X" % byte
        return bytes([byte])

    def odd_string(self):
        pieces = [b"\\n", b"\\x41", b"\\0", b"\\777", b"\\18", b"\\\x00", b"\\\xff", b"\\'", b'\\"', b"\\\\", b"\\u0041", b"\\q", b"\\\r",
                  b"a", b"\x00", b"\r", b"\t", b" ", b"\\N{DOT}", b"\\8", b"\\a", b"\\v", b"\\x4g"[:self.random.choice([2, 4])], b"\\"]
        quote = self.pick(b"'", b'"')
        return b"S" + quote + b"".join(self.pick(*pieces) for _ in range(self.random.randrange(5))) + quote + b"\n"

    def odd_unicode(self):
        pieces = [b"\\u0041", b"\\U00000041", b"\\U0001f600", b"\\ud800", b"\\\\", b"\\\\u0041", b"\\n", b"a", b"\x00", b"\xff", b"\\", b"\r",
                  b"\x85", b"\\u000a", b"\\U00110000", b"\\u00"]
        return b"V" + b"".join(self.pick(*pieces) for _ in range(self.random.randrange(5))) + b"\n"

    def number_text(self, value):
        return self.pick(b"%d", b" %d", b"%d ", b"+%d", b"\t%d\r", b"0%d", b"\x0b%d", b"%d\x00junk", b"0_%d", b"%d\x0c") % value

    def atom(self):
        """One value that is of no matter."""
        way = self.random.randrange(24)
        number = lambda size: bytes(self.random.randrange(256) for _ in range(size))
        if way == 0:
            return self.odd_string()
        if way == 1:
            return self.odd_unicode()
        if way == 2:
            return b"I" + self.pick(b"0", b"1", b"00", b"01", b"-1", b" 1", b"1_0", b"0x10", b"1L", b"99999999999999999999", b"1\x00", b"007") + b"\n"
        if way == 3:
            return b"L" + self.pick(b"0", b"1L", b"-1L", b"1_0L", b"0x10L", b"99999999999999999999L", b"", b"1\x00L") + b"\n"
        if way == 4:
            return b"F" + self.pick(b"1", b"1.5", b"inf", b"-nan", b" 1.5", b"1_0.5", b"1e400", b".5", b"5.", b"1.5\r", b"infinity") + b"\n"
        if way == 5:
            return b"K" + number(1)
        if way == 6:
            return b"M" + number(2)
        if way == 7:
            return b"J" + number(4)
        if way == 8:
            return b"G" + number(8)
        if way == 9:
            data = self.bytes(5)
            return b"\x8a" + struct.pack("<B", len(data)) + data
        if way == 10:
            data = self.bytes(5)
            return b"\x8b" + struct.pack("<i", len(data)) + data
        if way == 11:
            data = self.bytes(6)
            return self.pick(b"C" + struct.pack("<B", len(data)), b"B" + struct.pack("<I", len(data)), b"\x8e" + struct.pack("<Q", len(data)),
                             b"\x96" + struct.pack("<Q", len(data)), b"U" + struct.pack("<B", len(data)), b"T" + struct.pack("<i", len(data))) + data
        if way == 12:
            return self.text(self.pick("", "a", "é", "😀", "\x00", "zzz_module", "append"))
        if way == 13:
            return self.pick(b"]", b"}", b"\x8f", b")")
        if way == 14:
            return b"(" + self.some(3) + self.pick(b"t", b"l")
        if way == 15:
            return b"(NNN0" + self.text("k") + self.pick(b"\x910N", b"d")
        if way == 16:
            return self.atom() + b"\x85"
        if way == 17:
            return b"ccollections\nOrderedDict\n)R"
        if way == 18:
            return b"cargparse\nNamespace\n)\x81}b"
        if way == 19:
            return b"](" + self.some(3) + b"e"
        if way == 20:
            return b"}(" + self.text("k") + self.atom() + b"u"
        return self.pick(b"N", b"\x88", b"\x89")

    def some(self, most):
        return b"".join(self.atom() for _ in range(self.random.randrange(most + 1)))

    def noise(self):
        """Instructions that leave the stack as it was, or break it."""
        way = self.random.randrange(12)
        if way == 0:
            return b"(" + self.some(3) + b"1"
        if way == 1:
            return b"(0"
        if way == 2:
            return b"\x80" + bytes([self.random.randrange(6)])
        if way == 3:
            return self.atom() + self.put() + b"0"
        if way == 4:
            return self.atom() + b"200"
        if way == 5:
            return self.frame(self.some(2) + b"(1")
        if way == 6:
            return b"](" + self.some(2) + b"e" + self.atom() + b"a0"
        if way == 7:
            return b"\x8f(" + self.pick(b"K\x01", b"N", b"") + b"\x900"
        if way == 8:
            return b"\x95" + struct.pack("<Q", self.pick(0, 1, 2, 3, 5, 9, 20, 100, 1 << 40))
        if way == 9:
            return self.bytes(2)
        return self.atom() + b"0"

    # The memo

    def put(self):
        self.memo += 1
        number = self.pick(self.memo, self.memo, 200 - self.memo)
        way = self.random.randrange(4)
        if way == 0:
            self.last = number
            return b"p" + self.number_text(number) + b"\n"
        if way == 1 and self.chance(0.2):
            self.last = 10 ** 20 + number
            return b"p%d\n" % self.last
        self.last = number
        return b"q" + bytes([number]) if way < 3 else b"r" + struct.pack("<I", number)

    def get(self):
        if self.last > 1 << 32:
            return b"g%d\n" % self.last
        return self.pick(b"h" + bytes([self.last]), b"j" + struct.pack("<I", self.last), b"g" + self.number_text(self.last) + b"\n")

    def through_memo(self, made):
        way = self.random.randrange(14)
        if way == 0:
            return made + self.put() + b"0" + self.get()
        if way == 1:
            return made + self.put()
        if way == 2:
            return made + b"\x94"
        if way == 3:
            return made + b"20"
        return made

    # Frames

    def frame(self, made):
        away = self.pick(0, 0, 0, 0, 1, -1, 2, -2, 5, 1000, self.random.randrange(-len(made) - 1, 10))
        return b"\x95" + struct.pack("<Q", max(0, len(made) + away)) + made

    def split_frame(self, payload):
        """Instructions that are run by a reader that drops the rest of a frame, and hidden in bytes from others."""
        dropped = self.random.randrange(1, 4)
        opcode = self.pick(b"B", b"X", b"T", b"J", b"r", b"j", b"\x8b", b"V", b"S", b"g")
        hidden = b"0" * (opcode in b"BXTJV\x8bS") + payload + b"."
        if opcode in b"Jrj":
            return self.pick(b"N(", b"N") + b"\x95" + struct.pack("<Q", 1 + dropped) + opcode + bytes(dropped) + b"\x01\0\0\0" + hidden
        if opcode in b"VSg":
            return b"N\x95" + struct.pack("<Q", 1 + dropped) + opcode + b"1" * dropped + self.pick(b"'a'\n", b"7\n") + hidden
        size = self.random.randrange(3)
        frame = b"\x95" + struct.pack("<Q", 1 + dropped) + opcode + b"\x07" * dropped
        return self.pick(b"", b"N(") + frame + struct.pack("<I", size) + b"a" * size + hidden.ljust(2100, b"N") + b"."

    # What calls the probe

    def name(self):
        return self.pick(("zzz_module", "zzz_probe"), ("builtins", "zzz_probe"), ("__builtin__", "zzz_probe"), ("zzz_module.part", "zzz_probe"))

    def probe(self):
        """The probe itself, on the stack."""
        way = self.random.randrange(22)
        module, name = self.name()
        line = b"c%s\n%s\n" % (module.encode(), name.encode())
        if way < 5:
            return line
        if way < 9:
            return self.text(module.replace("__builtin__", "builtins")) + self.text(name) + b"\x93"
        if way == 9:
            return b"\x80\x04" + self.text("zzz_module") + self.text(self.pick("Holder.zzz_probe", "part.zzz_probe")) + b"\x93"
        getattr_ = self.pick(b"cbuiltins\ngetattr\n", b"c__builtin__\ngetattr\n")
        loaded = self.pick(b"cbuiltins\n__import__\n" + self.tuple(self.text("zzz_module")) + b"R",
                           b"cimportlib\nimport_module\n" + self.tuple(self.text("zzz_module")) + b"R",
                           b"\x80\x04czzz_module\npart\n",
                           b"coperator\ngetitem\ncsys\nmodules\n" + self.text("zzz_module") + b"\x86R",
                           b"\x80\x04csys\nmodules.get\n" + self.tuple(self.text("zzz_module")) + b"R")
        if way < 12:
            return getattr_ + loaded + self.text("zzz_probe") + self.pick(b"\x86R", b"N\x87R")
        if way == 12:
            return b"coperator\nattrgetter\n" + self.tuple(self.text("zzz_probe")) + b"R" + self.tuple(loaded) + b"R"
        if way < 15:
            return b"cfunctools\npartial\n" + self.tuple(line) + b"R"
        if way == 15:
            return b"coperator\ngetitem\n" + self.pick(b"czzz_module\n__dict__\n", b"cbuiltins\nvars\n" + self.tuple(loaded) + b"R") + self.text("zzz_probe") + b"\x86R"
        if way == 16:
            return b"\x80\x04czzz_module\n" + self.pick(b"__getattribute__", b"__dict__.__getitem__", b"__dict__.get") + b"\n" + self.tuple(self.text("zzz_probe")) + b"R"
        if way == 17:
            return b"\x80\x04czzz_module\nzzz_probe.__call__\n"
        if way == 18:
            return b"cfunctools\npartial\n" + self.tuple(b"cbuiltins\nlen\n") + b"R(" + line + b")}}tb"
        if way == 19:
            return b"ccopyreg\nadd_extension\n(" + self.text("zzz_module") + self.text("zzz_probe") + b"K%ctR0\x82%c" % ((self.random.randrange(1, 256),) * 2)
        if way == 20:
            return b"cfunctools\npartial\n" + self.tuple(b"cfunctools\npartial\n" + self.tuple(line) + b"R") + b"R"
        return self.through_memo(line)

    def tuple(self, made):
        return self.pick(made + b"\x85", b"(" + made + b"t")

    def arguments(self):
        return self.pick(b")", b"(t", self.atom() + b"\x85", b"(" + self.some(3) + b"t", b"(" + self.some(12) + b"t", b"]", b"(" + self.some(2) + b"l", self.text("ab"))

    def call(self):
        """Instructions that call the probe, and leave a value."""
        way = self.random.randrange(30)
        module, name = self.name()
        line = b"%s\n%s\n" % (module.encode(), name.encode())
        if way < 12:
            return self.through_memo(self.probe()) + self.arguments() + b"R"
        if way < 14:
            return b"(" + self.some(2) + b"i" + line
        if way < 16:
            return b"(" + self.probe() + self.some(3) + b"o"
        if way == 16:
            return b"czzz_module\nzzz_probe_makes\n" + self.pick(b")\x81", b")}\x92", b"N\x85\x81")
        if way == 17:
            return b"czzz_module\nzzz_probe_state\n)" + self.pick(b"\x81", b"R") + self.atom() + b"b"
        if way == 18:
            return b"czzz_module\nzzz_probe_appends\n)\x81" + self.pick(b"Na", b"(NNe", b"(N\x90", b"NNs", b"(NNu")
        if way < 21:
            hook, end = self.pick(("__setstate__", self.atom() + b"b"), ("append", b"Na"), ("append", b"(NNe"), ("extend", b"(Ne"), ("extend", b"Na"), ("add", b"(N\x90"), ("__new__", b")\x81"))
            state = b"}" + self.text(hook) + self.probe() + b"s"
            state = self.pick(state, b"}(" + self.text("x") + b"N" * 1 + self.text(hook) + self.probe() + b"u", b"(" + self.text(hook) + self.probe() + b"d", b"N" + state + b"\x86", state + b"N\x86")
            return self.pick(b"cargparse\nNamespace\n)\x81", b"ctypes\nSimpleNamespace\n)R") + state + b"b" + end
        if way == 21:
            return b"cbuiltins\nlist\n" + self.tuple(b"cbuiltins\nmap\n" + self.probe() + b"(NNl\x86R") + b"R"
        if way == 22:
            return b"cfunctools\nreduce\n" + self.probe() + b"(NNl\x86R"
        if way == 23:
            return b"coperator\nmethodcaller\n" + self.tuple(self.text("zzz_probe")) + b"R" + self.tuple(b"cbuiltins\n__import__\n" + self.tuple(self.text("zzz_module")) + b"R") + b"R"
        if way == 24:
            return self.pick(b"ccopyreg\n_reconstructor\nczzz_module\nzzz_probe_makes\ncbuiltins\nobject\nN\x87R0(izzz_module\nzzz_probe\n", b"ccopyreg\n__newobj__\n" + self.tuple(b"czzz_module\nzzz_probe_makes\n") + b"R")
        if way == 25:
            return b"coperator\nitemgetter\n" + self.tuple(self.text("zzz_probe")) + b"R" + self.tuple(b"czzz_module\n__dict__\n") + b"R)R"
        if way == 26:
            return b"ccollections\nOrderedDict\n)R(" + self.text("k") + self.probe() + b")Ru"
        return self.probe() + b")R"

    def pickle(self):
        made = b"".join(self.noise() for _ in range(self.random.randrange(4)))
        if self.chance(0.07):
            made += self.split_frame(self.call())
        else:
            call = self.call()
            made += self.frame(call) if self.chance(0.2) else call
            made += b"".join(self.noise() for _ in range(self.random.randrange(2)))
            made += b"."
            if self.chance(0.1):
                made = self.frame(made)
        if self.chance(0.03):
            made = b"(izzz_module\nzzz_probe" + self.bytes(1) if self.chance(0.5) else made[:-1] + b"(izzz_module\nzzz_probe" + self.pick(b"", b"X", b"\xff")
        if self.chance(0.5):
            made = b"\x80" + bytes([self.random.randrange(6)]) + made
        if self.chance(0.15):
            made += self.pick(self.bytes(8), b"N.", b"\x00" * 100, b"cos\n")
        if self.chance(0.15):
            made = self.damaged(made)
        return made

    def damaged(self, made):
        data = bytearray(made)
        for _ in range(self.random.randrange(1, 4)):
            at = self.random.randrange(len(data) + 1)
            way = self.random.randrange(4)
            if way == 0:
                data[at:at + 1] = bytes([self.random.randrange(256)])
            elif way == 1:
                data[at:at] = self.pick(b"N0", b"(1", b"2", b"(", b"0", b"]", b"\x94", b"\x80\x04")
            elif way == 2:
                del data[at:at + self.random.randrange(1, 3)]
            else:
                del data[max(at, len(data) - 4):]
        return bytes(data)

    # Containers

    def harmless(self):
        return pickle.dumps({"a": 1}, protocol=self.random.randrange(6))

    def container(self, depth=0):
        """The name of a form, and the bytes of a file in it."""
        forms = [self.in_zip, self.in_legacy, self.in_tar, self.in_npy, self.in_npz, self.in_a_row, self.in_constant]
        if depth < 2 and self.chance(0.35):
            inner, made = self.container(depth + 1)
            form, made = self.pick(self.nested_in_constant, self.nested_in_constant, self.nested_in_row)(made)
            return form + " of " + inner, made
        return self.pick(*forms)()

    def payload(self):
        return self.pickle() if self.chance(0.5) else b"\x80\x02" + self.call() + b"."

    def in_zip(self):
        file = io.BytesIO()
        way = self.pick(zipfile.ZIP_STORED, zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
        folder = self.pick("archive", "model", "a", "x/y", "é")
        with zipfile.ZipFile(file, "w", way) as archive:
            records = [(folder + "/data.pkl", self.payload()), (folder + "/version", b"3\n"), (folder + "/byteorder", b"little")]
            if self.chance(0.3):
                records.insert(self.random.randrange(3), (folder + "/" + self.pick("constants.pkl", "other.bin", "data/0"), self.harmless()))
            if self.chance(0.1):
                records.append((folder + "/data.pkl", self.harmless()))
            for name, data in records:
                archive.writestr(name, data)
        data = file.getvalue()
        return "zip" if way == zipfile.ZIP_STORED else "deflated zip", self.pick(data, data, data, self.bytes(5) + data)

    def in_legacy(self):
        protocol = self.random.randrange(6)
        magic = self.pick(pickle.dumps(0x1950a86a20f9469cfc6c, protocol=protocol), b"I119547037146038801333356\n.", b"L119547037146038801333356L\n.",
                          b"N0\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.", b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19q\x00.")
        parts = [magic, pickle.dumps(1001, protocol=protocol), pickle.dumps({"protocol_version": 1001, "little_endian": True, "type_sizes": {}}, protocol=protocol),
                 self.harmless(), pickle.dumps([], protocol=protocol)]
        at = self.pick(1, 2, 3, 3, 3, 4)
        parts[at] = self.payload()
        return "legacy stream %d" % at, b"".join(parts)

    def in_tar(self):
        file = io.BytesIO()
        at = self.pick("pickle", "pickle", "storages", "tensors")
        form = self.pick(tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT)
        with tarfile.open(fileobj=file, mode="w", format=form) as archive:
            for name in ("sys_info", "storages", "tensors", "pickle"):
                data = self.payload() if name == at else pickle.dumps({"protocol_version": 1000, "little_endian": True} if name == "sys_info" else 0, protocol=2)
                headers = {}
                info = tarfile.TarInfo(name)
                if form == tarfile.PAX_FORMAT and name == at:
                    way = self.random.randrange(4)
                    if way == 0:
                        info.name, headers = "other", {"path": name}
                    elif way == 1:
                        info.name = "other"
                        headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": name, "GNU.sparse.realsize": str(len(data))}
                        data = (b"1\n0\n%d\n" % len(data)).ljust(512, b"\0") + data
                info.pax_headers, info.size = headers, len(data)
                archive.addfile(info, io.BytesIO(data))
        return "tar of format %d" % form, file.getvalue()

    def npy(self):
        header = b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"
        version = self.pick(1, 2, 3)
        size = 10 if version == 1 else 12
        header = header.ljust(-(len(header) + size + 1) % 64 + len(header)) + b"\n"
        return b"\x93NUMPY" + bytes([version, 0]) + struct.pack("<H" if version == 1 else "<I", len(header)) + header + self.payload()

    def in_npy(self):
        return "npy", self.npy()

    def in_npz(self):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", self.pick(zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)) as archive:
            archive.writestr(self.pick("arr_0.npy", "x.npy", "x"), self.npy())
        return "npz", file.getvalue()

    def in_a_row(self):
        return "several pickles", b"".join([self.harmless() for _ in range(self.random.randrange(1, 4))] + [self.payload()])

    def nested_in_row(self, made):
        return "pickle, then this", self.harmless() + made

    def constant(self, data):
        return self.pick(b"B" + struct.pack("<I", len(data)), b"\x8e" + struct.pack("<Q", len(data))) + data

    def in_constant(self):
        load = self.pick(b"cpickle\nloads\n", b"c_pickle\nloads\n", b"ctorch.storage\n_load_from_bytes\n")
        data = self.payload()
        if self.chance(0.2):
            text = data.decode("latin-1").encode("utf-8")
            return "pickle in text", b"\x80\x02" + load + b"c_codecs\nencode\nX" + struct.pack("<I", len(text)) + text + b"X\x06\0\0\0latin1\x86R\x85R."
        return "pickle in bytes", b"\x80\x03" + load + self.constant(data) + b"\x85R."

    def nested_in_constant(self, made):
        return "bytes for torch.storage._load_from_bytes", b"\x80\x03ctorch.storage\n_load_from_bytes\n" + self.constant(made) + b"\x85R."


# ---- the readers

def pickle_readers(data, encoding):
    yield "loads", lambda: pickle.loads(data, encoding=encoding)
    yield "load of a file", lambda: pickle.load(io.BytesIO(data), encoding=encoding)
    yield "load of a buffered file", lambda: pickle.load(io.BufferedReader(io.BytesIO(data), 16), encoding=encoding)
    yield "the Python unpickler", lambda: pickle._load(io.BytesIO(data), encoding=encoding)


def container_readers(data):
    def row():
        file = io.BytesIO(data)
        for _ in range(20):
            pickle.load(file)

    def from_disk():
        with open("/proc/self/fd/%d" % scratch.fileno(), "r+b") as file:
            file.truncate()
            file.write(data)
            file.flush()
            file.seek(0)
            torch.load(file, weights_only=False) if NEW else torch.load(file)

    yield "torch.load", lambda: torch.load(io.BytesIO(data), weights_only=False) if NEW else torch.load(io.BytesIO(data))
    yield "torch.load of a file", from_disk
    yield "numpy.load", lambda: [numpy.load(io.BytesIO(data), allow_pickle=True)[name] for name in numpy.load(io.BytesIO(data), allow_pickle=True)]
    yield "pickle.load again and again", row


def late(*_):
    raise TimeoutError


def called_by(readers):
    global hits
    names = []
    for name, read in readers:
        hits = 0
        signal.alarm(SECONDS)
        try:
            read()
        except BaseException:
            pass
        finally:
            signal.alarm(0)
        if hits:
            names.append(name)
    return names


def forget():
    """What pickles may have changed."""
    import copyreg
    copyreg._extension_registry.clear()
    copyreg._inverted_registry.clear()
    copyreg._extension_cache.clear()


def one(number):
    maker = Maker("%s:%d" % (SEED, number))
    maker.last = 0
    if WHAT == "pickles" or WHAT == "all" and number % 2:
        form, data = "pickle", maker.pickle()
        readers = pickle_readers(data, maker.pick("ASCII", "utf-8", "latin-1", "bytes"))
    else:
        form, data = maker.container()
        readers = container_readers(data)
    names = called_by(readers)
    forget()
    return form, data, names


def work(first, progress):
    """A child: files from the first on."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGALRM, late)
    for number in range(first, min(COUNT, first + BATCH)):
        os.write(progress, struct.pack("<I", number))
        form, data, names = one(number)
        if names:
            line = json.dumps({"number": number, "form": form, "readers": names, "length": len(data)}).encode() + b"\n"
            out.write(line + data)
            out.flush()
    os._exit(0)


NEW = torch is not None and int(torch.__version__.split(".")[0]) >= 2
out = os.fdopen(os.dup(1), "wb")
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
scratch = __import__("tempfile").TemporaryFile()
first = killed = 0
while first < COUNT:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        work(first, writing)
    os.close(writing)
    last = first
    with os.fdopen(reading, "rb") as progress:
        while seen := progress.read(4):
            last, = struct.unpack("<I", seen)
    _, status = os.waitpid(child, 0)
    killed += status != 0
    first = last + 1
out.write(json.dumps({"count": COUNT, "killed": killed}).encode() + b"\n")
out.flush()
