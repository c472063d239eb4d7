using System.Runtime.InteropServices;
using System.Text;
using Torchkeep.Tests.Formats.TorchZip;
using static Torchkeep.Tests.PickleBytes;

namespace Torchkeep.Tests.Formats.TorchScript;

/// <summary>A TorchScript archive of one module in another, spelled record by record, for tests to bend.</summary>
internal static class ScriptArchive
{
    internal const string Code = """
        class Net(Module):
          __parameters__ = ["weight", "nothing", ]
          __buffers__ = ["mean", ]
          mean : Tensor
          training : bool
          other : Tensor
          nothing : NoneType
          weight : Tensor
          __annotations__["0"] = __torch__.inner.Inner
          def forward(self: __torch__.Net,
            x: Tensor) -> Tensor:
            return x
        class Values(NamedTuple):
          x : Tensor

        """;

    internal const string InnerCode = """
        op_version_set = 1
        class Inner(Module):
          __parameters__ = []
          __annotations__ = []
          __annotations__["a.b"] = Tensor
          kept : Tensor
          def forward(self):
            kept : Tensor = 1

        """;

    internal static byte[] Pickle => Protocol2(Build(
        New("__torch__", "Net"),
        Dict(
            (Str("mean"), Tensor("0")),
            (Str("training"), True),
            (Str("other"), Tensor("1")),
            (Str("nothing"), None),
            (Str("weight"), Tensor("2")),
            (Str("0"), Build(New("__torch__.inner", "Inner"), Dict((Str("a.b"), Tensor("0")), (Str("kept"), Tensor("1"))))))));

    internal static RawRecord[] Records =>
    [
        new("net/data.pkl", Pickle),
        RawRecord.Deflated("net/code/__torch__.py", Encoding.UTF8.GetBytes(Code)),
        RawRecord.Deflated("net/code/__torch__/inner.py", Encoding.UTF8.GetBytes(InnerCode)),
        new("net/data/0", Floats(1)),
        new("net/data/1", Floats(2)),
        new("net/data/2", Floats(3)),
        new("net/constants/0", Floats(4)),
        new("net/constants.pkl", Protocol2(Tuple(Tensor("0"), Int(5)))),
        new("net/version", "3\n"u8.ToArray()),
    ];

    internal static byte[] With(params RawRecord[] records) =>
        new RawZip([.. Records.Where(old => records.All(record => record.Name != old.Name)), .. records]).Build();

    internal static byte[] Without(string name) => new RawZip([.. Records.Where(record => record.Name != name)]).Build();

    internal static byte[] New(string module, string name) => [.. Global(module, name), (byte)')', 0x81];

    internal static byte[] Tensor(string key, long elements = 1) => TensorV2(Storage("FloatStorage", key, elements), 0, [elements], [1]);

    internal static byte[] Floats(params float[] values) => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
}
