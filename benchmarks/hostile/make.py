#!/usr/bin/env python3
"""Writes small files that ask for much: time, memory, disk. Bytes only; nothing is unpickled, and no PyTorch is needed.

    make.py FOLDER
"""
import json
import os
import struct
import sys
import zipfile
import zlib

OD = b"ccollections\nOrderedDict\n"


def put(n):
    return b"r" + struct.pack("<I", n)


def get(n):
    return b"j" + struct.pack("<I", n)


def integer(n):
    raw = n.to_bytes(9, "little", signed=True)
    return b"\x8a\x09" + raw


def text(value):
    raw = value.encode()
    return b"X" + struct.pack("<I", len(raw)) + raw


def pickle(body):
    return b"\x80\x02" + body + b"."


def archive(data, records=(), method=zipfile.ZIP_STORED):
    """A zip archive as torch.save names its records; records are (name, bytes or (crc, deflated, size), method)."""
    out, directory, count = bytearray(), bytearray(), 0
    rows = [("archive/data.pkl", data, method), ("archive/byteorder", b"little", 0), *((f"archive/data/{k}", b, m) for k, b, m in records), ("archive/version", b"3\n", 0)]
    for name, content, how in rows:
        if isinstance(content, tuple):
            crc, packed, size = content
        else:
            crc, size = zlib.crc32(content), len(content)
            packed = content
            if how == zipfile.ZIP_DEFLATED:
                packer = zlib.compressobj(9, zlib.DEFLATED, -15)
                packed = packer.compress(content) + packer.flush()
        fields = struct.pack("<HHHHHIII", 20, 0, how, 0, 0x21, crc, len(packed), size)
        raw = name.encode()
        directory += b"PK\x01\x02\x14\x00" + fields + struct.pack("<HHHHHII", len(raw), 0, 0, 0, 0, 0, len(out)) + raw
        out += b"PK\x03\x04" + fields + struct.pack("<HH", len(raw), 0) + raw + packed
        count += 1
    start = len(out)
    out += directory
    return bytes(out + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, count, count, len(directory), start, 0))


def zeros(size):
    """Deflated zeros without having them all."""
    packer, crc, packed, piece = zlib.compressobj(9, zlib.DEFLATED, -15), 0, bytearray(), bytes(1 << 20)
    for _ in range(size >> 20):
        packed += packer.compress(piece)
        crc = zlib.crc32(piece, crc)
    packed += packer.flush()
    return crc, bytes(packed), size


def tensor(key, elements, shape, strides, kind="FloatStorage"):
    storage = b"(" + text("storage") + b"ctorch\n" + kind.encode() + b"\n" + text(key) + text("cpu") + integer(elements) + b"tQ"
    sizes = b"(" + b"".join(map(integer, shape)) + b"t"
    steps = b"(" + b"".join(map(integer, strides)) + b"t"
    return b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + b"K\0" + sizes + steps + b"\x89" + OD + b")Rt" + b"R"


def named(*tensors):
    return b"}(" + b"".join(text(f"t{i}") + one for i, one in enumerate(tensors)) + b"u"


def doubled(levels, empty, wrap):
    """Each level holds the one below twice: 2^levels paths."""
    return empty + put(0) + b"".join(wrap(get(i)) + put(i + 1) for i in range(levels))


def module(children):
    return (b"c__main__\nNet\n)\x81}(" + text("_parameters") + OD + b")R" + text("_buffers") + OD + b")R"
            + text("_modules") + OD + b")R(" + children + b"u" + b"ub")


def modules(levels):
    body = module(b"") + put(0)
    for i in range(levels):
        body += module(text("a") + get(i) + text("b") + get(i)) + put(i + 1)
    return body


def builds(count, make, slots=False):
    state = lambda i: b"}" + text(f"k{i}") + b"K\1s"
    return make + b"".join((b"N" + state(i) + b"\x86" if slots else state(i)) + b"b" for i in range(count))


def safetensors(count):
    header, offset = {}, 0
    for i in range(count):
        header[f"t{i}"] = {"dtype": "U8", "shape": [1], "data_offsets": [i, i + 1]}
    raw = json.dumps(header, separators=(",", ":")).encode()
    return struct.pack("<Q", len(raw)) + raw + bytes(count)


def files():
    yield "deep_dict.pkl", pickle((b"}" + text("a")) * 1_000_000 + b"}" + b"s" * 1_000_000)
    yield "deep_list.pkl", pickle(b"]" * 1_000_000 + b"a" * 999_999)
    yield "deep_tuple.pkl", pickle(b")" + b"\x85" * 1_000_000)
    yield "deep_call.pkl", pickle(b"c__main__\nf\n" * 200_000 + b")" + b"R\x85" * 199_999 + b"R")
    yield "deep_callable.pkl", pickle(b"c__main__\nf\n" + b")R" * 500_000)
    yield "lists_3m.pkl", pickle(b"](" + b"]" * 3_000_000 + b"e")
    yield "dicts_3m.pkl", pickle(b"](" + b"}" * 3_000_000 + b"e")
    yield "sets_3m.pkl", b"\x80\x04](" + b"\x8f" * 3_000_000 + b"e."
    yield "ordered_1m.pkl", pickle(b"](" + OD + put(0) + b"0" + (get(0) + b")R") * 400_000 + b"e")
    yield "objects_1m.pkl", pickle(b"](c__main__\nA\n" + put(0) + b"0" + (get(0) + b")\x81") * 500_000 + b"e")
    yield "tuple_2pow40.pkl", pickle(doubled(40, b"K\1", lambda g: g + g + b"\x86"))
    yield "tuple_2pow22.pkl", pickle(doubled(22, b"K\1", lambda g: g + g + b"\x86"))
    yield "list_2pow30.pkl", pickle(doubled(30, b"]", lambda g: b"](" + g + g + b"e"))
    yield "list_10pow8.pkl", pickle(doubled(8, b"]", lambda g: b"](" + g * 10 + b"e"))
    yield "dict_2pow30.pkl", pickle(doubled(30, b"]", lambda g: b"}(K\0" + g + b"K\1" + g + b"u"))
    yield "wide_shared.pkl", pickle(b"](" + b"N" * 100_000 + b"e" + put(0) + b"0](" + get(0) * 100_000 + b"e")
    yield "mod_2pow30.pt", archive(pickle(modules(30)))
    yield "mod_2pow16.pt", archive(pickle(modules(16)))
    yield "mod_deep.pt", archive(pickle(module_chain(100_000)))
    yield "build_merge.pkl", pickle(builds(20_000, b"c__main__\nA\n)\x81"))
    yield "build_merge_od.pkl", pickle(builds(20_000, OD + b")R"))
    yield "build_merge_slots.pkl", pickle(builds(20_000, b"c__main__\nA\n)\x81", slots=True))
    yield "deflate_dicts_20m.pt", archive(pickle(b"}" * 20_000_000), method=zipfile.ZIP_DEFLATED)
    yield "deflate_lists_20m.pt", archive(pickle(b"](" + b"]" * 9_000_000 + b"e"), method=zipfile.ZIP_DEFLATED)
    yield "deflate_data_1g.pt", archive(pickle(named(tensor("0", 1 << 28, [1 << 28], [1]))), [("0", zeros(1 << 30), 8)])
    yield "deflate_data_8x1g.pt", archive(pickle(named(*(tensor(str(i), 1 << 28, [1 << 28], [1]) for i in range(8)))), [(str(i), zeros(1 << 30), 8) for i in range(8)])
    yield "stride0_4g.pt", archive(pickle(named(tensor("0", 1, [1 << 30], [0]))), [("0", bytes(4), 0)])
    yield "stride0_1g_x50.pt", archive(pickle(named(*(tensor("0", 1, [1 << 28], [0]) for _ in range(50)))), [("0", bytes(4), 0)])
    yield "stride0_20m_x1000.pt", archive(pickle(named(*(tensor("0", 1, [5 << 20], [0]) for _ in range(1000)))), [("0", bytes(4), 0)])
    yield "sum_3g.pt", archive(pickle(named(*(tensor(str(i), 1, [1 << 28], [0]) for i in range(3)))), [(str(i), bytes(4), 0) for i in range(3)])
    yield "window_overlap.pt", archive(pickle(named(*(tensor("0", 1 << 20, [1 << 20], [1]) for _ in range(2000)))), [("0", bytes(4 << 20), 0)])
    yield "many_400k.safetensors", safetensors(400_000)
    yield "many.index.json", json.dumps({"weight_map": {f"t{i}": f"s{i}.safetensors" for i in range(200_000)}}).encode()
    yield "one_shard.index.json", json.dumps({"weight_map": {f"t{i}": "many_400k.safetensors" for i in range(100_000)}}).encode()
    yield "05_self.index.json", b'{"weight_map":{"a":"05_self.index.json"}}'
    yield "p.index.json", b'{"weight_map":{"a":"q.index.json"}}'
    yield "q.index.json", b'{"weight_map":{"a":"p.index.json"}}'
    yield "fifo.index.json", b'{"weight_map":{"a":"fifo"}}'
    yield "device.index.json", b'{"weight_map":{"a":"zero"}}'
    yield "deep_json.index.json", b'{"weight_map":' + b"[" * 1_000_000
    yield "long_keys.pkl", pickle((b"}" + text("k" * 2000)) * 2_000 + b"K\1" + b"s" * 2_000)
    yield "long_path_tensors.pt", archive(pickle(b"".join(b"}" + text("k" * 500) for _ in range(500)) + named(*(tensor("0", 1, [1], [1]) for _ in range(5000))) + b"s" * 500), [("0", bytes(4), 0)])
    one = archive(pickle(b"N"))
    yield "archives_2500.pt", one * 2500
    yield "archives_10000.pt", one * 10_000


def module_chain(levels):
    head = (b"c__main__\nNet\n)\x81}(" + text("_parameters") + OD + b")R" + text("_buffers") + OD + b")R"
            + text("_modules") + OD + b")R(" + text("a"))
    return head * levels + module(b"") + b"uub" * levels


def main(folder):
    os.makedirs(folder, exist_ok=True)
    for name, content in files():
        with open(os.path.join(folder, name), "wb") as out:
            out.write(content)
    for name, make in (("fifo", os.mkfifo), ("zero", lambda path: os.symlink("/dev/zero", path))):
        path = os.path.join(folder, name)
        if not os.path.lexists(path):
            make(path)


if __name__ == "__main__":
    main(sys.argv[1])
