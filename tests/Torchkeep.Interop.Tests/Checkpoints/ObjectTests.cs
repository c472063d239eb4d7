using System.Globalization;
using Torchkeep.Interop.Tests.PyTorch;

namespace Torchkeep.Interop.Tests.Checkpoints;

/// <summary>Python's and NumPy's own objects, as each protocol of a real pickler writes them, are the values that they are.</summary>
public sealed class ObjectTests
{
    // The objects, and what each is as text; a NumPy array by its numbers in row-major order.
    private const string Objects = """
        import argparse, collections, datetime, decimal, fractions, functools, io, pathlib, pickle, types, uuid
        import numpy
        utc2 = datetime.timezone(datetime.timedelta(hours=2))
        Point = collections.namedtuple("Point", "x y")
        numbers = numpy.arange(6).reshape(2, 3)
        types_ = ["b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"]
        made = {
            "datetime": datetime.datetime(2024, 2, 29, 1, 2, 3, 4), "zoned": datetime.datetime(2024, 2, 29, 1, 2, 3, tzinfo=utc2), "date": datetime.date(1, 1, 1),
            "time": datetime.time(23, 59, 59, 999999), "delta": datetime.timedelta(-3, 5, 7), "decimal": decimal.Decimal("-1.50"), "fraction": fractions.Fraction(-2, 3),
            "uuid": uuid.UUID("12345678-1234-5678-9abc-def012345678"), "path": pathlib.PurePosixPath("/a/b c"), "counter": collections.Counter("aab"),
            "defaultdict": collections.defaultdict(list, k=[1]), "deque": collections.deque([1, 2, 3], 4), "namespace": argparse.Namespace(lr=0.5), "simple": types.SimpleNamespace(a=1),
            "range": range(1, 10, 2), "partial": functools.partial(int, base=2), "complex": 1.5 - 2j, "bytes": b"\x00\xff", "scalar": numpy.float64(0.1), "bool": numpy.bool_(True), "int": numpy.int32(-7),
            "strings": numpy.array(["a", "bcd"]), "bytestrings": numpy.array([b"ab", b"c"]), "objects": numpy.array([1, "x", None], dtype=object), "days": numpy.array(["2020-01-02"], dtype="M8[D]"),
        }
        for code in types_:
            made["C " + code] = numbers.astype(code)
            made["F " + code] = numpy.asfortranarray(numbers.astype(code))
            made["B " + code] = numbers.astype(">" + code)
        """;

    private const string Save = Objects + """

        for protocol in range(6):
            with open(path + str(protocol), "wb") as file:
                pickle.dump(made, file, protocol)
        torch.save(made, path)
        lines = [repr(float(made["scalar"])), str(made["datetime"]), made["zoned"].isoformat(), made["uuid"].hex]
        """;

    public static TheoryData<string> Interpreter => Cases.ByInterpreter();

    [Theory]
    [MemberData(nameof(Interpreter))]
    public void EveryProtocolIsRead(string name)
    {
        var judge = Judge.Named(name);
        using var folder = judge.NewFolder();
        judge.Run(folder["objects.pt"], Save);

        for (var protocol = 0; protocol <= 5; protocol++)
        {
            using var checkpoint = Checkpoint.Open(folder[$"objects.pt{protocol}"]);
            Assert.Equal(CheckpointFormat.Pickle, checkpoint.Format);
            Check(checkpoint.Root);
        }

        using var saved = Checkpoint.Open(folder["objects.pt"]);
        Check(saved.Root);
    }

    [Theory]
    [MemberData(nameof(Interpreter))]
    public void WhatIsSavedAgainIsTheSameToPython(string name)
    {
        var judge = Judge.Named(name);
        using var folder = judge.NewFolder();
        judge.Run(folder["objects.pt"], Save);
        for (var protocol = 0; protocol <= 5; protocol++)
        {
            using var checkpoint = Checkpoint.Open(folder[$"objects.pt{protocol}"]);
            Saving.Save(checkpoint.Root, folder["again.pt"]);

            var lines = judge.Run(folder["again.pt"], Objects + """

                import inspect
                again = torch.load(path, **({"weights_only": False} if "weights_only" in inspect.signature(torch.load).parameters else {}))
                # NumPy itself gives arrays the order of the machine, but not always.
                same = lambda a, b: bool((a == b).all()) and a.dtype.newbyteorder("=") == b.dtype.newbyteorder("=") and a.shape == b.shape if isinstance(a, numpy.ndarray) else repr(a) == repr(b) and type(a) is type(b)
                lines = [key for key in made if not same(made[key], again[key])] + ["order"] * (list(made) != list(again))
                """);

            Assert.Empty(lines);
        }
    }

    [Theory]
    [MemberData(nameof(Interpreter))]
    public void ATensorOfABarePickleIsRead(string name)
    {
        var judge = Judge.Named(name);
        using var folder = judge.NewFolder();
        judge.Run(folder["tensor.pkl"], """
            import pickle
            base = torch.arange(6.0)
            with open(path, "wb") as file:
                pickle.dump({"weight": base.view(2, 3).t(), "half": torch.ones(2, dtype=torch.float16), "parameter": torch.nn.Parameter(torch.zeros(1))}, file)
            lines = []
            """);

        using var checkpoint = Checkpoint.Open(folder["tensor.pkl"]);

        Assert.Equal([0f, 3, 1, 4, 2, 5], checkpoint.FindTensor("weight").ToArray<float>());
        Assert.Equal(ElementType.Float16, checkpoint.FindTensor("half").ElementType);
        Assert.True(checkpoint["parameter"] is PyTensor { IsParameter: true, RequiresGrad: true });
    }

    // Repeated torch.load reads streams, and fails behind an archive.
    [Theory]
    [MemberData(nameof(Interpreter))]
    public void ObjectsOfOneStreamAreAllRead(string name)
    {
        var judge = Judge.Named(name);
        using var folder = judge.NewFolder();
        judge.Run(folder["many.pt"], """
            with open(path, "wb") as file:
                for i, kind in enumerate("zlzzl"):
                    torch.save({"i": i, "t": torch.full((3,), float(i))}, file, _use_new_zipfile_serialization=kind == "z")
            lines = []
            """);

        var all = Checkpoint.OpenAll(folder["many.pt"]);

        Assert.Equal([0L, 1, 2, 3, 4], all.Select(one => one["i"].AsInt64()));
        Assert.All(all, one => Assert.Equal((float)one["i"].AsInt64(), one.FindTensor("t").ToArray<float>()[2]));
        foreach (var one in all)
        {
            one.Dispose();
        }
    }

    // 1.13 pickles neither.
    [Fact]
    public void AGeneratorHasItsState()
    {
        var judge = Judge.Named("newest");
        using var folder = judge.NewFolder();
        var state = judge.Run(folder["generator.pt"], """
            generator = torch.Generator().manual_seed(7)
            torch.save({"generator": generator}, path)
            lines = [generator.get_state().numpy().tobytes().hex()]
            """);

        using var checkpoint = Checkpoint.Open(folder["generator.pt"]);
        var generator = checkpoint["generator"].AsGenerator();
        Assert.Equal(("cpu", 7), (generator.Device, (int)generator.Seed));
        Assert.Equal(state, [Convert.ToHexStringLower(generator.State.ToArray<byte>())]);

        Saving.Save(checkpoint.Root, folder["again.pt"]);
        Assert.Equal(state, judge.Run(folder["again.pt"], """
            lines = [torch.load(path, weights_only=False)["generator"].get_state().numpy().tobytes().hex()]
            """));
    }

    [Fact]
    public void ADistributedTensorHasItsLocalPart()
    {
        const string Distributed = """
            import os
            import torch.distributed
            from torch.distributed.tensor import DTensor, Shard, distribute_tensor, init_device_mesh
            if not torch.distributed.is_initialized():
                torch.distributed.init_process_group("gloo", store=torch.distributed.HashStore(), rank=0, world_size=1)

            """;
        var judge = Judge.Named("newest");
        using var folder = judge.NewFolder();
        judge.Run(folder["distributed.pt"], Distributed + """
            torch.save({"w": distribute_tensor(torch.arange(6.0).view(2, 3), init_device_mesh("cpu", (1,)), [Shard(0)])}, path)
            lines = []
            """);

        using var checkpoint = Checkpoint.Open(folder["distributed.pt"]);
        var tensor = Assert.IsType<PyWrapperTensor>(checkpoint["w"]);
        Assert.Equal(("DTensor", ElementType.Float32), (tensor.Subclass?.Name, tensor.ElementType));
        Assert.Equal([2L, 3], tensor.Shape);
        Assert.Equal([0f, 1, 2, 3, 4, 5], checkpoint.Tensors.Single(entry => entry.Name.EndsWith("_local_tensor", StringComparison.Ordinal)).View.ToArray<float>());

        Saving.Save(checkpoint.Root, folder["again.pt"]);
        Assert.Equal(["DTensor [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]"], judge.Run(folder["again.pt"], Distributed + """
            again = torch.load(path, weights_only=False)["w"]
            lines = [f"{type(again).__name__} {again.to_local().tolist()}"]
            """));
    }

    private static void Check(PyValue root)
    {
        Assert.Equal(new DateTime(2024, 2, 29, 1, 2, 3).AddMicroseconds(4), root["datetime"].AsDateTime());
        Assert.Equal(new DateTimeOffset(2024, 2, 29, 1, 2, 3, TimeSpan.FromHours(2)), root["zoned"].AsDateTimeOffset());
        Assert.Equal(DateOnly.MinValue, root["date"].AsDateOnly());
        Assert.Equal(new TimeOnly(23, 59, 59, 999, 999), root["time"].AsTimeOnly());
        Assert.Equal(new TimeSpan(-3, 0, 0, 5) + TimeSpan.FromMicroseconds(7), root["delta"].AsTimeSpan());
        Assert.Equal("-1.50", root["decimal"].AsDecimal().ToString(CultureInfo.InvariantCulture));
        Assert.Equal((-2, 3), ((int)root["fraction"].AsFraction().Numerator, (int)root["fraction"].AsFraction().Denominator));
        Assert.Equal("12345678-1234-5678-9abc-def012345678", root["uuid"].AsGuid().ToString());
        Assert.Equal("/a/b c", root["path"].AsPath());
        Assert.Equal(2, root["counter"].AsDict()["a"].AsInt64());
        Assert.Equal(1, root["defaultdict"].AsDict()["k"][0].AsInt64());
        Assert.Equal([1L, 2, 3], root["deque"].AsItems().Select(item => item.AsInt64()));
        Assert.Equal(0.5, root["namespace"].AsAttributes()["lr"].AsDouble());
        Assert.Equal(1, root["simple"].AsAttributes()["a"].AsInt64());
        Assert.Equal((1, 10, 2), root["range"].AsRange());
        Assert.Equal(2, root["partial"].AsPartial().KeywordArguments["base"].AsInt64());
        Assert.Equal(new(1.5, -2), root["complex"].AsComplex());
        Assert.Equal([0, 255], root["bytes"].AsBytes().ToArray());
        Assert.Equal((0.1, true, -7L), (root["scalar"].AsDouble(), root["bool"].AsBoolean(), root["int"].AsInt64()));
        Assert.Equal(["a", "bcd"], root["strings"].AsNumpy().ToStrings());
        Assert.Equal(["ab", "c"], root["bytestrings"].AsNumpy().ToStrings());
        Assert.Equal("x", root["objects"].AsNumpy().Items![1].AsString());
        Assert.Equal(("D", 18263L), (root["days"].AsNumpy().Type.Unit, root["days"].AsNumpy().ToTensor().ToArray<long>()[0]));
        foreach (var code in new[] { "b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8" })
        {
            foreach (var order in new[] { "C", "F", "B" })
            {
                Assert.Equal(code == "b1" ? [0d, 1, 1, 1, 1, 1] : [0d, 1, 2, 3, 4, 5], Numbers(root[$"{order} {code}"].AsNumpy().ToTensor()));
            }
        }
    }

    private static double[] Numbers(TensorView view) => view.ElementType switch
    {
        ElementType.Bool => [.. view.ToArray<byte>().Select(number => (double)number)],
        ElementType.Int8 => [.. view.ToArray<sbyte>().Select(number => (double)number)],
        ElementType.Int16 => [.. view.ToArray<short>().Select(number => (double)number)],
        ElementType.Int32 => [.. view.ToArray<int>().Select(number => (double)number)],
        ElementType.Int64 => [.. view.ToArray<long>().Select(number => (double)number)],
        ElementType.UInt8 => [.. view.ToArray<byte>().Select(number => (double)number)],
        ElementType.UInt16 => [.. view.ToArray<ushort>().Select(number => (double)number)],
        ElementType.UInt32 => [.. view.ToArray<uint>().Select(number => (double)number)],
        ElementType.UInt64 => [.. view.ToArray<ulong>().Select(number => (double)number)],
        ElementType.Float16 => [.. view.ToArray<Half>().Select(number => (double)number)],
        ElementType.Float32 => [.. view.ToArray<float>().Select(number => (double)number)],
        _ => view.ToArray<double>(),
    };
}
