"""What safetensors and shards are to PyTorch: run by FormatsTests.cs, with torch and path."""
import collections, hashlib, json, os


def bits(t):
    return bytes(t.detach().contiguous().reshape(-1).view(torch.uint8).numpy())


def lines_of(tensors):
    return ["%s %s %s %s" % (name, t.dtype, list(t.shape), hashlib.sha256(bits(t)).hexdigest()) for name, t in tensors.items()]


def patterned(dtype, *shape):
    """Arbitrary bits, NaNs with payloads among them."""
    count = 1
    for size in shape:
        count *= size
    if dtype is torch.bool:
        return (torch.arange(count) % 3 == 0).reshape(shape)
    size = torch.empty(0, dtype=dtype).element_size()
    return torch.tensor([(i * 151 + i // 251 + 7) & 255 for i in range(count * size)], dtype=torch.uint8).view(dtype).reshape(shape)


def every_dtype():
    names = ["bool", "uint8", "int8", "float8_e5m2", "float8_e4m3fn", "float8_e8m0fnu", "float8_e4m3fnuz", "float8_e5m2fnuz", "int16", "uint16",
             "float16", "bfloat16", "int32", "uint32", "float32", "complex64", "float64", "int64", "uint64", "float4_e2m1fn_x2"]
    tensors = {name: patterned(getattr(torch, name), 3, 5) for name in names}
    tensors["scalar"] = patterned(torch.float32)
    tensors["nothing"] = torch.empty(0, 3)
    tensors["Ünïcode \u2603 \"quoted\"\n"] = patterned(torch.int16, 2)
    return tensors


def write_safetensors():
    from safetensors.torch import save_file
    tensors = every_dtype()
    save_file(tensors, path, metadata={"format": "pt"})
    return lines_of(tensors)


def read_safetensors():
    from safetensors import safe_open
    from safetensors.torch import load_file
    with safe_open(path, "pt") as f:
        first = json.dumps(f.metadata(), sort_keys=True)
    return [first] + lines_of(load_file(path))


def read_shards():
    """As Transformers does: the index, then each file that it names."""
    with open(path) as f:
        index = json.load(f)
    folder = os.path.dirname(path)
    found = {}
    for name in sorted(set(index["weight_map"].values())):
        if name.endswith(".safetensors"):
            from safetensors.torch import load_file
            found[name] = load_file(os.path.join(folder, name))
        else:
            found[name] = torch.load(os.path.join(folder, name))
    assert sum(map(len, found.values())) == len(index["weight_map"])
    tensors = {name: found[file][name] for name, file in index["weight_map"].items()}
    pointers = collections.Counter(t.data_ptr() for t in tensors.values() if t.numel())
    return lines_of(tensors) + ["shared %d" % sum(count - 1 for count in pointers.values()), "size %d" % index["metadata"]["total_size"]]


def converted(source, target):
    """What torch.Tensor.to makes of every pattern of bits; what is no number is none on both sides."""
    from_type, to_type = getattr(torch, source), getattr(torch, target)
    made = torch.load(path)["w"]
    assert made.dtype is to_type
    size = torch.empty(0, dtype=from_type).element_size()
    t = torch.tensor([(i * 151 + i // 251 * 7 + i // 65537 + 7) & 255 for i in range(300_000 * size)], dtype=torch.uint8).view(from_type)
    expected = t.to(to_type)
    bad = ~((expected.view(-1).double() == made.double()) | (torch.isnan(expected.double()) & torch.isnan(made.double())))
    signs = torch.signbit(expected.double()) != torch.signbit(made.double())
    signs &= ~torch.isnan(expected.double())
    return ["%d wrong, %d signs of %d, %d no numbers" % (bad.sum(), signs.sum(), t.numel(), torch.isnan(expected.double()).sum())]
