using System.Buffers.Binary;
using System.Text;
using Torchkeep.Pickle;

namespace Torchkeep.Tests.Pickle;

/// <summary>What is followed of a pickle. Which of these run in Python is shown by the differential fuzz of the interop tests.</summary>
public class PickleTraceTests
{
    private const string Probe = "zzz.probe";

    private static readonly byte[] _call = Latin1("czzz\nprobe\n)R");

    // Each calls zzz.probe in a reader of Python's, in another way.
    public static TheoryData<string, string> Calls => new()
    {
        { "a frame that ends in a length drops the rest of it", "\u0080\u0004" + Frame(2) + "B\u0007\u0001\0\0\0" + "a0czzz\nprobe\n)R." + new string('N', 300) },
        { "a frame that ends in a number", "\u0080\u0004" + Frame(3) + "J\0\0\u0001\0\0\0czzz\nprobe\n)R." },
        { "a frame that ends in a line", "N" + Frame(3) + "Vcab\nczzz\nprobe\n)R." },
        { "a frame that ends in the size of another", Frame(4) + "N0\u0095\u00ff" + Eight(12) + "czzz\nprobe\n)R.NNN" },
        { "a frame that passes the data", "\u0080\u0004" + Frame(1000) + "czzz\nprobe\n)R." },
        { "a frame with more than the pickle", "\u0080\u0004" + Frame(4) + "N.NNczzz\nprobe\n)R." },
        { "a frame in a frame", "\u0080\u0004" + Frame(20) + "N0" + Frame(13) + "czzz\nprobe\n)R." },
        { "INST at the end of the data", "(izzz\nprobeX" },
        { "INST at the end of the data, as it stands", "(izzz\nprobe" },
        { "an escaped NUL", "S'\\\0'\n0czzz\nprobe\n)R." },
        { "an octal number over a byte", "S'\\777z'\n0czzz\nprobe\n)R." },
        { "a memo index with what C does not read", "czzz\nprobe\np1\0junk\n0g1\n)R." },
        { "a memo index of more digits than a long has", "czzz\nprobe\np99999999999999999999\n0g099999999999999999999\n)R." },
        { "a memo index with a sign", "czzz\nprobe\np+1\n0g\u000b1 \n)R." },
        { "a memo index that is sparse", "czzz\nprobe\nr\0\0\0\u007fN\u0094" + "00j\0\0\0\u007f)R." },
        { "MEMOIZE counts entries", "czzz\nprobe\nr\u0009\0\0\0N\u0094" + "0h\u0009)R." },
        { "a list of arguments", "czzz\nprobe\n]R." },
        { "OBJ", "(czzz\nprobe\nNo." },
        { "NEWOBJ_EX", "czzz\nprobe\n)}\u0092." },
        { "__setstate__ of an object's own", "cargparse\nNamespace\n)\u0081}U\u000c__setstate__czzz\nprobe\nsbNb." },
        { "__setstate__ among its slots", "cargparse\nNamespace\n)\u0081N}(U\u0001xNU\u000c__setstate__czzz\nprobe\nu\u0086" + "bNb." },
        { "__setstate__ that a subclass of dict gives", "cargparse\nNamespace\n)\u0081" + "ccollections\nOrderedDict\n)RU\u000c__setstate__czzz\nprobe\nsbNb." },
        { "append of an object's own", "cargparse\nNamespace\n)\u0081(U\u0006" + "appendczzz\nprobe\ndbNa." },
        { "extend, by APPEND", "cargparse\nNamespace\n)\u0081(U\u0006" + "extendczzz\nprobe\ndbNa." },
        { "extend, by APPENDS", "cargparse\nNamespace\n)\u0081(U\u0006" + "extendczzz\nprobe\ndb(Ne." },
        { "extend by nothing", "cargparse\nNamespace\n)\u0081(U\u0006" + "extendczzz\nprobe\ndb(e." },
        { "add of an object's own", "cargparse\nNamespace\n)\u0081(U\u0003" + "addczzz\nprobe\ndb(N\u0090." },
        { "__new__ of an object's own", "cargparse\nNamespace\n)\u0081(U\u0007__new__czzz\nprobe\ndb)\u0081." },
        { "an attribute behind many others", "cargparse\nNamespace\n)\u0081(" + string.Concat(Enumerable.Repeat("U\u0001xN", 20)) + "U\u000c__setstate__czzz\nprobe\ndbNb." },
        { "getattr with a default", "cbuiltins\ngetattr\n(cbuiltins\n__import__\nU\u0003zzz\u0085RU\u0005probeNtR)R." },
        { "attrgetter", "coperator\nattrgetter\nU\u0005probe\u0085Rcimportlib\nimport_module\nU\u0003zzz\u0085R\u0085R)R." },
        { "methodcaller", "coperator\nmethodcaller\nU\u0005probe\u0085Rcimportlib\nimport_module\nU\u0003zzz\u0085R\u0085R." },
        { "itemgetter of a module's names", "coperator\nitemgetter\nU\u0005probe\u0085Rczzz\n__dict__\n\u0085R)R." },
        { "getitem of all modules", "cbuiltins\ngetattr\ncoperator\ngetitem\ncsys\nmodules\nU\u0003zzz\u0086RU\u0005probe\u0086R)R." },
        { "vars", "coperator\ngetitem\ncbuiltins\nvars\ncbuiltins\n__import__\nU\u0003zzz\u0085R\u0085RU\u0005probe\u0086R)R." },
        { "a module's own __getattribute__", "\u0080\u0004czzz\n__getattribute__\nU\u0005probe\u0085R)R." },
        { "get of a module's names", "\u0080\u0004czzz\n__dict__.get\nU\u0005probe\u0085R)R." },
        { "__call__", "\u0080\u0004czzz\nprobe.__call__\n)R." },
        { "partial", "cfunctools\npartial\nczzz\nprobe\nN\u0086R)R." },
        { "partial of a partial", "cfunctools\npartial\ncfunctools\npartial\nczzz\nprobe\n\u0085R\u0085R)R." },
        { "a partial that BUILD gives another callable", "cfunctools\npartial\ncbuiltins\nlen\n\u0085R(czzz\nprobe\n)}}tb)R." },
        { "partial of getattr", "cfunctools\npartial\ncbuiltins\ngetattr\nczzz\n\n\u0086RU\u0005probe\u0085R)R." },
        { "map", "cbuiltins\nmap\nczzz\nprobe\n(Nl\u0086R." },
        { "reduce", "cfunctools\nreduce\nczzz\nprobe\n(NNl\u0086R." },
        { "Python 2's apply", "c__builtin__\napply\nczzz\nprobe\n)\u0086R." },
        { "an extension that the pickle adds", "ccopyreg\nadd_extension\n(U\u0003zzzU\u0005probeK\u0005tR\u0082\u0005)R." },
        { "a module class that a persistent id gives back", "(U\u0006moduleczzz\nprobe\nU\u0000U\u0000tQ)R." },
        { "copyreg.__newobj__", "ccopyreg\n__newobj__\nczzz\nprobe\n\u0085R." },
        { "copyreg._reconstructor", "ccopyreg\n_reconstructor\nczzz\nprobe\ncbuiltins\nobject\nN\u0087R." },
    };

    [Theory, MemberData(nameof(Calls))]
    public void AllWaysToCallANameAreFollowed(string way, string pickle)
    {
        var trace = Trace(Latin1(pickle));
        Assert.True(trace.Names.Any(name => name is { IsReached: true, Use: not GlobalUse.Imported } && name.Name.ToString() == Probe), $"{way}: {string.Join(", ", trace.Names.Select(name => name.Name))}");
    }

    [Theory]
    [InlineData("a frame that ends in a value of bytes", 8, "B\u000a\0\0\0aaaaaaaaaa0.")]
    [InlineData("a frame that ends behind the STOP", 4, "N.NN")]
    [InlineData("a frame that ends at what is no opcode", 1, "NN\u00ff")]
    [InlineData("a frame that passes the data by a byte", 3, "N.")]
    [InlineData("a frame that ends in a length and then nothing", 2, "B\u00ff\u00ff\u00ff\u00ff")]
    public void AFrameThatReadersTakeDifferentlyIsTold(string what, int length, string instructions)
    {
        var trace = Trace(Latin1("\u0080\u0004" + Frame(length) + instructions));
        Assert.True(what == "a frame that ends at what is no opcode" ? trace.HiddenFrame is null : trace is { HiddenFrame: not null, HiddenFrameOffset: 2 }, what);
    }

    [Theory]
    [InlineData("\u0080\u0004", "N.")]
    [InlineData("\u0080\u0004", ".")]
    [InlineData("", "N0N0N.")]
    public void AFrameThatEndsWithAnInstructionIsNotTold(string before, string framed)
    {
        var trace = Trace(Latin1($"{before}N{Frame(framed.Length)}{framed}"));
        Assert.Null(trace.HiddenFrame);
        Assert.True(trace.HasStopped);
    }

    [Fact]
    public void FramesOneAfterAnotherAreNotTold() =>
        Assert.Null(Trace(Latin1($"\u0080\u0004{Frame(2)}N0{Frame(0)}{Frame(1)}NB\u0005\0\0\0abcde{Frame(2)}0.")).HiddenFrame);

    [Theory]
    [InlineData("czzz\nprob", "zzz.prob", "zzz.pro")]
    [InlineData("czzz\n", "zzz.", "zzz.")]
    [InlineData("czzz", "zzz.", "zz.")]
    public void AnImportAtTheEndOfTheDataIsFollowedAsItStandsAndCut(string pickle, string asItStands, string cut)
    {
        var trace = Trace(Latin1(pickle));
        Assert.Equal(new[] { asItStands, cut }.Distinct(), trace.Names.Select(name => name.Name.ToString()));
        Assert.All(trace.Names, name => Assert.True(name is { IsBareImport: true, IsReached: false }));
        Assert.NotNull(trace.Fault);
        Assert.All(Trace([0x80, 2, .. Latin1(pickle)]).Names, name => Assert.True(name is { IsBareImport: false, IsReached: true }));
    }

    [Theory]
    [InlineData("V\\u006f\\U00000073\nU\u0006system\u0093.")]
    [InlineData("S'\\x6f\\163'\nT\u0006\0\0\0system\u0093.")]
    [InlineData("\u008c\u0002os\u008d\u0006\0\0\0\0\0\0\0system\u0093.")]
    public void TextsThatNameAreReadAsPythonReadsThem(string pickle) => Assert.Equal("os.system", Assert.Single(Trace(Latin1(pickle)).Names).Name.ToString());

    [Theory]
    [InlineData("NU\u0006system\u0093.")]
    [InlineData("cbuiltins\nstr\nU\u0002os\u0085RU\u0006system\u0093.")]
    [InlineData("}U\u0001xNs)R.")]
    [InlineData("czzz\nX\n)R)R.")]
    [InlineData("cfunctools\npartial\nczzz\nX\n)R\u0085R)R.")]
    [InlineData("ccopyreg\nadd_extension\n(U\u0001aU\u0001bK\u0005tR0ccopyreg\nadd_extension\n(U\u0001cU\u0001dK\u0006tR0\u0082\u0006)R.")]
    public void WhatIsMadeUpIsHidden(string pickle) => Assert.Contains(Trace(Latin1(pickle)).Names, name => name.IsHidden);

    [Fact]
    public void ABuildOfANameChangesItForAllWhoUseIt() =>
        Assert.Contains(Trace(Latin1("czzz\nprobe\n}b.")).Names, name => name.Name.ToString() == "zzz.probe.__setstate__");

    [Fact]
    public void EachUseOfANameIsCountedAndKeptOnce()
    {
        var names = Trace([.. Enumerable.Repeat(_call, 50).SelectMany(call => call), (byte)'.']).Names;
        Assert.Equal([(GlobalUse.Imported, 50), (GlobalUse.Called, 50)], names.Select(name => (name.Use, name.Count)));
    }

    [Fact]
    public void TheTextOfArgumentsIsBounded()
    {
        // Each tuple holds the one before eight times.
        var pickle = new StringBuilder("(" + string.Concat(Enumerable.Repeat("U\u0001\u0007", 8)) + "tq\0");
        for (var i = 0; i < 1000; i++)
        {
            pickle.Append("0(h\0h\0h\0h\0h\0h\0h\0h\0tq\0czzz\nprobe").Append(i).Append("\nh\0R0h\0");
        }

        Assert.All(Trace(Latin1(pickle + ".")).Names, name => Assert.True((name.Arguments?.Length ?? 0) <= 210));
    }

    // Pieces that are repeated, with what takes the most memory in each way.
    public static TheoryData<string> Pieces =>
    [
        "}", "]", "\u008f", ")", "N", "(", "}\u0094", "]\u0094", "\u0085", "N\u0085", "U\0", "U\0\u0085", "U\0\u0094", "](U\0U\0e", "}U\0U\0s", "czzz\nX\n0", "czzz\nX\n)R",
        "czzz\nX\n)Rq\0", "(lp1\n", "2", "Nr\u00ff\u00ff\u00ff\u007f", "h\0h\0\u0093", "h\0h\0R", "cfunctools\npartial\nh\0\u0085Rq\0", "cbuiltins\ngetattr\nh\0U\u0001x\u0086Rq\0",
        "S'\\x41'\n", "V\\u0041\n", "\u0095\u0002\0\0\0\0\0\0\0B\u0001\0\0\0", "\u0095\u000b\0\0\0\0\0\0\0", "(1", "(h\0h\0h\0h\0h\0h\0h\0h\0tq\0",
    ];

    [Theory, MemberData(nameof(Pieces))]
    public void WorkAndMemoryGrowWithTheBytes(string piece)
    {
        const int Few = 20_000;
        var few = Repeated(piece, Few);
        var many = Repeated(piece, 4 * Few);
        var (fewWork, fewAllocated) = Measure(few);
        var (manyWork, manyAllocated) = Measure(many);
        Assert.True(manyWork.StepCount <= 4.1 * fewWork.StepCount + 100, $"{manyWork.StepCount} instructions after {fewWork.StepCount}");
        Assert.True(fewWork.StepCount <= 13L * few.Length, $"{fewWork.StepCount} instructions of {few.Length} bytes");
        Assert.True(manyWork.Size + manyWork.KeptSize <= 32L * many.Length + 10_000, $"{manyWork.Size + manyWork.KeptSize} bytes of {many.Length}");
        Assert.True(manyAllocated <= 5 * fewAllocated + (1 << 20), $"allocated {manyAllocated} after {fewAllocated}");
    }

    [Fact]
    public void DistinctNamesTakeMemoryThatFitsTheirNumber()
    {
        var pickle = Latin1(string.Concat(Enumerable.Range(0, 20_000).Select(i => $"cz{i}\nX\nU\u0001aR")) + ".");
        var (trace, allocated) = Measure(pickle);
        Assert.Equal(40_000, trace.Names.Count);
        Assert.True(allocated < 150L * pickle.Length, $"allocated {allocated} for {pickle.Length}");
    }

    [Fact]
    public void ANameDoesNotGrowWithoutEnd()
    {
        var (trace, allocated) = Measure(Repeated("cbuiltins\ngetattr\nh\0U\u0005" + "probe\u0086Rq\0", 5_000));
        Assert.All(trace.Names, name => Assert.True(name.Name.Name.Length < 300));
        Assert.True(allocated < 60 << 20, $"allocated {allocated}");
    }

    [Theory]
    [InlineData(nameof(ReadLimits.MaxOpcodes))]
    [InlineData(nameof(ReadLimits.MaxDepth))]
    [InlineData(nameof(ReadLimits.MaxMemoEntries))]
    [InlineData(nameof(ReadLimits.MaxPickleMemory))]
    public void ATraceThatALimitEndsSaysSo(string limit)
    {
        ReadLimits limits = limit switch
        {
            nameof(ReadLimits.MaxOpcodes) => new() { MaxOpcodes = 1000 },
            nameof(ReadLimits.MaxDepth) => new() { MaxDepth = 1000 },
            nameof(ReadLimits.MaxMemoEntries) => new() { MaxMemoEntries = 1000 },
            _ => new() { MaxPickleMemory = 20_000 },
        };
        byte[] pickle = [.. Repeated("}\u0094", 2000)[..^1], .. _call, (byte)'.'];
        var trace = PickleTrace.Of(pickle, limits);
        Assert.True(trace.IsOverLimit);
        Assert.False(trace.HasStopped);
        Assert.True(trace.Size < 100_000);
        Assert.False(PickleTrace.Of(pickle, ReadLimits.Default).IsOverLimit);
    }

    [Fact]
    public void MarksAreLimitedAsValuesAre() =>
        Assert.True(PickleTrace.Of(Repeated("(", 2000), new() { MaxDepth = 1000 }).IsOverLimit);

    [Theory]
    [InlineData("B\u0004\0\0\0\u0080\u0002N.", "\u0080\u0002N.")]
    [InlineData("C\u0004" + "ccN.", "ccN.")]
    [InlineData("U\u0003NN.", "NN.")]
    [InlineData("VN\\u004e.\n", "NN.")]
    [InlineData("S'N\\x4e.'\n", "NN.")]
    [InlineData("X\u0004\0\0\0\u00c2\u0080\u0002N", "\u0080\u0002N")]
    public void ConstantsThatCouldBePicklesAreGivenAsTheirBytes(string constant, string bytes)
    {
        var pickle = Latin1(constant + ".");
        Assert.Equal(Latin1(bytes), Assert.Single(Trace(pickle).Constants()).ToBytes(pickle));
    }

    [Theory]
    [InlineData("X\u0004\0\0\0abcd")]
    [InlineData("U\u0001.")]
    [InlineData("Vabc\n")]
    public void OtherConstantsAreNot(string constant) => Assert.Empty(Trace(Latin1(constant + ".")).Constants());

    private static PickleTrace Trace(byte[] pickle) => PickleTrace.Of(pickle, ReadLimits.Default);

    private static (PickleTrace Trace, long Allocated) Measure(byte[] pickle)
    {
        Trace(pickle[..1]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var trace = Trace(pickle);
        return (trace, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static byte[] Repeated(string piece, int count) => Latin1("czzz\nX\nq\0" + string.Concat(Enumerable.Repeat(piece, count)) + ".");

    private static string Frame(int length) => "\u0095" + Eight(length);

    private static string Eight(int number)
    {
        var bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        return Encoding.Latin1.GetString(bytes);
    }

    private static byte[] Latin1(string text) => Encoding.Latin1.GetBytes(text);
}
