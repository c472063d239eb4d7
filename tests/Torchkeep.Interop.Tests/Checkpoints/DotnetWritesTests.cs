using System.Numerics;
using Torchkeep.Interop.Tests.PyTorch;

namespace Torchkeep.Interop.Tests.Checkpoints;

/// <summary>What is built in .NET and saved is, bit by bit, the same object to PyTorch.</summary>
public sealed class DotnetWritesTests
{
    public static TheoryData<string, ElementType> ReadersAndElementTypes =>
        [.. from reader in Interpreters.Names from type in Cases.ElementTypes select new TheoryDataRow<string, ElementType>(reader, type)];

    public static TheoryData<string, string> ReadersAndFileNames =>
    [
        .. from reader in Interpreters.Names
           from name in new[] { "a.b.c.pt", "no extension", "back\\slash.pt", "weird;name+.pt", "модель.pt", "..pt", "x.", ".hidden" }
           select new TheoryDataRow<string, string>(reader, name),
    ];

    [Theory]
    [MemberData(nameof(ReadersAndElementTypes))]
    public void ATensorInAnyLayout(string reader, ElementType type)
    {
        var judge = Judge.Named(reader);
        using var folder = judge.NewFolder();
        var root = Layouts(type);

        Saving.Save(root, folder["layouts.pt"]);

        if (judge.IsOld && Cases.IsYoung(type))
        {
            Assert.Contains("_rebuild_tensor_v3", Assert.Throws<JudgeException>(() => judge.Describe(folder["layouts.pt"])).Message, StringComparison.Ordinal);
        }
        else
        {
            Assert.SkipUnless(judge.ElementTypes.Contains(ElementTypeInfo.Of(type).Name), $"PyTorch {judge.Version} has no {type}");
            Readers.Read(judge, folder["layouts.pt"], Description.Of(root));
        }
    }

    [Theory]
    [MemberData(nameof(Cases.ByInterpreter), MemberType = typeof(Cases))]
    public void AnArrayOfEachKind(string reader)
    {
        var judge = Judge.Named(reader);
        using var folder = judge.NewFolder();
        PyDict root = new()
        {
            { "float", TensorView.FromArray([1.5f, -0f, float.NaN, float.Epsilon, float.PositiveInfinity, 1e-3f], ElementType.Float32, 2, 3) },
            { "double", TensorView.FromArray([1.5, double.NaN], ElementType.Float64, 2) },
            { "half", TensorView.FromArray([(Half)1.5f, Half.NaN], ElementType.Float16, 1, 2, 1) },
            { "bits of a bfloat16", TensorView.FromArray<ushort>([0x3fc0, 0x8000], ElementType.BFloat16, 2) },
            { "bytes", TensorView.FromArray<byte>([1, 2, 255], ElementType.UInt8, 3) },
            { "signed bytes", TensorView.FromArray<sbyte>([1, -2, -128], ElementType.Int8, 3) },
            { "shorts", TensorView.FromArray<short>([1, short.MinValue], ElementType.Int16, 2) },
            { "ints", TensorView.FromArray([1, int.MinValue], ElementType.Int32, 2) },
            { "a long", TensorView.FromArray([long.MinValue], ElementType.Int64) },
            { "bools", TensorView.FromArray([true, false, true], ElementType.Bool, 3) },
            { "complex", TensorView.FromArray([new Complex(1, -2)], ElementType.Complex128, 1) },
            { "nothing", TensorView.FromArray<float>([], ElementType.Float32, 0) },
            { "nothing of a shape", TensorView.FromArray<float>([], ElementType.Float32, 3, 0, 2) },
            { "part of an array", TensorView.FromArray([1L, 2, 3], ElementType.Int64, 2) },
        };

        Saving.Save(root, folder["arrays.pt"]);

        Readers.Read(judge, folder["arrays.pt"], Description.Of(root));
    }

    [Theory]
    [MemberData(nameof(Cases.ByInterpreter), MemberType = typeof(Cases))]
    public void AStateDict(string reader)
    {
        var judge = Judge.Named(reader);
        using var folder = judge.NewFolder();
        var weight = TensorView.FromArray(Enumerable.Range(0, 12).Select(i => i / 2f).ToArray(), ElementType.Float32, 3, 4);
        PyDict root = new(isOrdered: true)
        {
            ["encoder.weight"] = weight,
            ["running_mean"] = TensorView.FromArray([0.5f], ElementType.Float32, 1),
            ["decoder.weight"] = weight,
            ["num_batches_tracked"] = TensorView.FromArray([7L], ElementType.Int64),
        };
        root.Attributes = new()
        {
            ["_metadata"] = new PyDict(isOrdered: true) { [""] = new PyDict() { ["version"] = 1 }, ["norm"] = new PyDict() { ["version"] = 2 } },
        };

        Saving.Save(root, folder["state_dict.pt"]);

        Readers.Read(judge, folder["state_dict.pt"], Description.Of(root));
    }

    [Theory]
    [MemberData(nameof(Cases.ByInterpreter), MemberType = typeof(Cases))]
    public void AStateDictGoesIntoAModule(string reader)
    {
        var judge = Judge.Named(reader);
        using var folder = judge.NewFolder();
        PyDict root = new(isOrdered: true)
        {
            ["weight"] = TensorView.FromArray([1f, 2, 3, 4, 5, 6], ElementType.Float32, 2, 3),
            ["bias"] = TensorView.FromArray([0.5f, -0.5f], ElementType.Float32, 2),
        };

        Saving.Save(root, folder["state_dict.pt"]);

        Assert.Equal(
            ["<All keys matched successfully>", "[6.5, 14.5]"],
            judge.Run(folder["state_dict.pt"], """
                model = torch.nn.Linear(3, 2)
                matched = model.load_state_dict(torch.load(path))
                lines = [str(matched), str(model(torch.ones(3)).tolist())]
                """));
    }

    [Theory]
    [MemberData(nameof(Cases.ByInterpreter), MemberType = typeof(Cases))]
    public void PlainValues(string reader)
    {
        var judge = Judge.Named(reader);
        using var folder = judge.NewFolder();
        var root = Values();

        Saving.Save(root, folder["values.pt"]);

        Readers.Read(judge, folder["values.pt"], Description.Of(root));
    }

    [Theory]
    [MemberData(nameof(Cases.ByInterpreter), MemberType = typeof(Cases))]
    public void PlainValuesThatTorchLoadRefusesByDefault(string reader)
    {
        var judge = Judge.Named(reader);
        using var folder = judge.NewFolder();
        var frozen = new PySet(isFrozen: true);
        frozen.Add(1);
        frozen.Add(new PyTuple("a", 2));
        PyList root = new(new PyBytes([]), frozen, new PySet(isFrozen: true), PyInt.From(BigInteger.Pow(2, 2040)), PyInt.From(-BigInteger.Pow(2, 4000)));

        Saving.Save(root, folder["values.pt"]);

        Readers.Read(judge, folder["values.pt"], Description.Of(root), isRefused: true);
    }

    [Theory]
    [MemberData(nameof(Cases.ByInterpreter), MemberType = typeof(Cases))]
    public void SharedAndCyclicValues(string reader)
    {
        var judge = Judge.Named(reader);
        using var folder = judge.NewFolder();
        PyList list = new(1, 2);
        PyTuple tuple = new(list, "x");
        PyTensor tensor = new(TensorView.FromArray([1f, 2f], ElementType.Float32, 2), requiresGrad: true);
        PyDict root = new()
        {
            ["list"] = list,
            ["tuple"] = tuple,
            ["again"] = new PyTuple(list, tuple, tensor),
            ["tensor"] = tensor,
            ["parameter over its memory"] = new PyTensor(tensor.View, requiresGrad: false, isParameter: true),
        };
        root["self"] = root;
        list.Items.Add(list);
        list.Items.Add(root);

        Saving.Save(root, folder["values.pt"]);

        Readers.Read(judge, folder["values.pt"], Description.Of(root));
    }

    [Theory]
    [MemberData(nameof(Cases.ByInterpreter), MemberType = typeof(Cases))]
    public void TuplesThatHoldThemselves(string reader)
    {
        var judge = Judge.Named(reader);
        using var folder = judge.NewFolder();
        PyList list = new();
        PyTuple inner = new(1, list);
        PyTuple root = new(inner, 2, 3, 4, list);
        list.Items.Add(root);
        list.Items.Add(inner);

        Saving.Save(root, folder["values.pt"]);

        Readers.Read(judge, folder["values.pt"], Description.Of(root), isRefused: true);
    }

    [Theory]
    [MemberData(nameof(ReadersAndFileNames))]
    public void AFileOfAnyName(string reader, string name)
    {
        var judge = Judge.Named(reader);
        using var folder = judge.NewFolder();
        var root = Layouts(ElementType.Float32);

        Saving.Save(root, folder[name]);

        Readers.Read(judge, folder[name], Description.Of(root));
    }

    [Theory]
    [MemberData(nameof(Cases.ByInterpreter), MemberType = typeof(Cases))]
    public async Task AStreamIsWrittenWithoutBlocking(string reader)
    {
        var judge = Judge.Named(reader);
        using var folder = judge.NewFolder();
        var root = Layouts(ElementType.Complex64);

        await using (var stream = File.Create(folder["stream.pt"]))
        {
            await Checkpoint.SaveAsync(root, stream, new() { StorageAlignment = 4096, ArchiveName = "mine" }, cancellationToken: TestContext.Current.CancellationToken);
        }

        Readers.Read(judge, folder["stream.pt"], Description.Of(root));
    }

    private static PyDict Values()
    {
        PyDict many = [];
        for (var i = 0; i < 2500; i++)
        {
            many[i] = $"{i}";
        }

        PySet set = new();
        set.Add("a");
        set.Add(1);
        return new()
        {
            ["none"] = PyNone.Value,
            ["bools"] = new PyList(true, false),
            ["ints"] = new PyList(
                0, 255, 256, 65535, 65536, int.MaxValue, -1, int.MinValue, (long)int.MaxValue + 1, (long)int.MinValue - 1, long.MaxValue, long.MinValue,
                PyInt.From(BigInteger.Pow(2, 64)), PyInt.From(-BigInteger.Pow(2, 127)), PyInt.From(BigInteger.Pow(2, 2039) - 1)),
            ["floats"] = new PyList(0.0, -0.0, 0.1, double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.Epsilon, double.MaxValue),
            ["complex"] = new PyList(new PyComplex(new(1.5, -0.0)), new PyComplex(new(double.NaN, double.NegativeInfinity))),
            ["strings"] = new PyList("", "a", "ünï\0code\r\n", "\U0001f600", "\ud800", "\udc00\ud800", new string('中', 70_000)),
            ["bytes"] = new PyList(new PyBytes([1]), new PyBytes([.. Enumerable.Range(0, 256).Select(i => (byte)i)]), new PyBytes([0, 255], isByteArray: true)),
            ["empty bytearray"] = new PyBytes([], isByteArray: true),
            ["tuples"] = new PyList(PyTuple.Empty, new PyTuple(1), new PyTuple(1, 2), new PyTuple(1, 2, 3), new PyTuple(1, 2, 3, 4), new PyTuple(new PyTuple(PyTuple.Empty))),
            ["lists"] = new PyList(new PyList(), new PyList(1), Count(999), Count(1000), Count(1001), Count(2000), Count(2001)),
            ["dicts"] = new PyList(new PyDict(), new PyDict() { ["a"] = 1 }, many),
            ["keys"] = new PyDict()
            {
                [1] = "int",
                [2.5] = "float",
                [PyNone.Value] = "none",
                [new PyTuple(1, "a", new PyTuple(2.5))] = "tuple",
                [new PyBytes([7])] = "bytes",
                [""] = "empty",
            },
            ["ordered"] = new PyDict(isOrdered: true) { ["z"] = 1, ["a"] = new PyDict(isOrdered: true) },
            ["sets"] = new PyList(new PySet(), set),
            ["size"] = new PyObject(PyObjectKind.Call, new PyGlobal("torch", "Size"), new(new PyTuple(2, 3))),
            ["device"] = new PyObject(PyObjectKind.Call, new PyGlobal("torch", "device"), new("cuda", 1)),
            ["dtype"] = new PyGlobal("torch", "bfloat16"),
        };

        static PyList Count(int count) => new(Enumerable.Range(0, count).Select(i => (PyValue)i));
    }

    private static PyDict Layouts(ElementType type)
    {
        var shared = Elements(type, 24);
        PyTensor again = new(new(shared, type, [24]));
        PyDict made = new(isOrdered: true)
        {
            ["contiguous"] = new TensorView(Elements(type, 24), type, [2, 3, 4]),
            ["transposed"] = new TensorView(Elements(type, 24), type, [6, 4], [1, 6]),
            ["permuted"] = new TensorView(Elements(type, 24), type, [4, 2, 3], [1, 12, 4]),
            ["offset view"] = new TensorView(Elements(type, 24), type, [3, 4], [4, 1], 5),
            ["strided slice"] = new TensorView(Elements(type, 24), type, [5], [5], 1),
            ["columns"] = new TensorView(Elements(type, 24), type, [4, 3], [6, 2], 1),
            ["expanded"] = new TensorView(Elements(type, 3), type, [3, 4], [1, 0]),
            ["overlapping"] = new TensorView(Elements(type, 24), type, [5, 6], [3, 2], 1),
            ["scalar"] = new TensorView(Elements(type, 1), type, []),
            ["scalar view"] = new TensorView(Elements(type, 24), type, [], [], 7),
            ["empty"] = new TensorView(Elements(type, 0), type, [0]),
            ["empty with sizes"] = new TensorView(Elements(type, 0), type, [2, 0, 3]),
            ["empty view at the end"] = new TensorView(Elements(type, 24), type, [0], [1], 24),
            ["shared whole"] = again,
            ["shared part"] = new TensorView(shared, type, [6], [1], 3),
            ["the same tensor again"] = again,
            ["constant parameter"] = new PyTensor(new(Elements(type, 6), type, [6]), isParameter: true),
            ["in a list"] = new PyList(new TensorView(shared, type, [4, 6])),
        };
        if (ElementTypeInfo.Of(type).Name.Contains("float", StringComparison.Ordinal) || ElementTypeInfo.Of(type).Name.Contains("complex", StringComparison.Ordinal))
        {
            made["parameter"] = new PyTensor(new(Elements(type, 6), type, [3, 2]), requiresGrad: true, isParameter: true);
            made["parameter view"] = new PyTensor(new(Elements(type, 24), type, [6, 2], [1, 6], 6), requiresGrad: true, isParameter: true);
        }

        return made;
    }

    // Any bits; those of a bool must be 0 or 1.
    private static TensorStorage Elements(ElementType type, int count) => TensorStorage.FromArray(
        Enumerable.Range(0, count * ElementTypeInfo.Of(type).ByteSize).Select(i => (byte)(type == ElementType.Bool ? i % 2 : (i * 151) + 7)).ToArray());
}
