using System.Globalization;
using System.Text;
using Torchkeep.Interop.Tests.PyTorch;
using Torchkeep.Interop.Tests.Scanning;

namespace Torchkeep.Interop.Tests.Checkpoints;

/// <summary>Text and frames of pickles, as both Pythons read and write them.</summary>
public sealed class PickleTextTests
{
    public static TheoryData<string> Interpreters => PyTorch.Interpreters.Theory;

    [Theory, MemberData(nameof(Interpreters))]
    public void EscapesOfQuotedStringsAreReadAsPythonReadsThem(string interpreter)
    {
        string[] tails = ["", "0", "41", "4g", "g", "77", "777", "18", "'", "\\", "\\n", "\0"];
        var bodies = Enumerable.Range(0, 256).Where(code => code != '\n').SelectMany(code => tails.Select(tail => $"a\\{(char)code}{tail}")).ToList();
        AssertSame(interpreter, bodies.SelectMany(body => new[] { $"S'{body}'", $"S\"{body}\"" }));
    }

    [Theory, MemberData(nameof(Interpreters))]
    public void EscapesOfTextsAreReadAsPythonReadsThem(string interpreter)
    {
        string[] tails = ["", "0", "0041", "004g", "00000041", "0001f600", "00110000", "d800", "\\u0041", "\\", "\0"];
        AssertSame(interpreter, Enumerable.Range(0, 256).Where(code => code != '\n').SelectMany(code => tails.SelectMany(tail => new[] { $"Va\\{(char)code}{tail}", $"V\\\\{(char)code}{tail}" })));
    }

    [Theory, MemberData(nameof(Interpreters))]
    public void FramesThatPythonWritesAreRead(string interpreter)
    {
        const string Code = """
            import pickle
            value = {"small": list(range(300)), "large": b"x" * 70000, "array": bytearray(b"y" * 200000), "text": "z" * 66000, "many": ["name %d" % i for i in range(20000)]}
            made = [dump(value, protocol=protocol) for dump in (pickle.dumps, pickle._dumps) for protocol in (4, 5)]
            made += [dump(small, protocol=protocol) for dump in (pickle.dumps, pickle._dumps) for protocol in (4, 5) for small in (None, 1, [], ["a"], b"x" * 65536, "x" * 65535)]
            lines = [data.hex() for data in made]
            """;
        using var folder = Judge.Named(interpreter).NewFolder();
        var pickles = Judge.Named(interpreter).Run(folder["unused"], Code).ConvertAll(Convert.FromHexString);
        Assert.Equal(4 + (4 * 6), pickles.Count);
        foreach (var pickle in pickles)
        {
            using var source = new BytesByteSource(pickle);
            using var checkpoint = Checkpoint.Open(source);
            Assert.True(CheckpointScanner.Scan(source, cancellationToken: TestContext.Current.CancellationToken).IsClean);
            if (checkpoint.Root is PyDict dict)
            {
                Assert.Equal(20_000, ((PyList)dict["many"]).Items.Count);
                Assert.Equal(200_000, ((PyBytes)dict["array"]).Value.Length);
            }
        }
    }

    // Each is a line of a pickle; a line that Python refuses is refused here.
    private static void AssertSame(string interpreter, IEnumerable<string> lines)
    {
        const string Code = """
            import pickle, warnings
            warnings.simplefilter("ignore")
            lines = []
            for line in open(path).read().split():
                try:
                    lines.append(pickle.loads(b"\x80\x02" + bytes.fromhex(line) + b"\n.", encoding="latin-1").encode("utf-16-le", "surrogatepass").hex())
                except Exception:
                    lines.append("refused")
            """;
        using var folder = Judge.Named(interpreter).NewFolder();
        var pickles = lines.Select(Encoding.Latin1.GetBytes).ToList();
        File.WriteAllLines(folder["lines"], pickles.Select(Convert.ToHexString));
        var answers = Judge.Named(interpreter).Run(folder["lines"], Code);
        Assert.Equal(pickles.Count, answers.Count);
        var wrong = pickles.Zip(answers).Where(pair => Read(pair.First) != pair.Second).Select(pair => $"{Convert.ToHexString(pair.First)}: {pair.Second}").ToList();
        Assert.True(wrong.Count == 0, string.Create(CultureInfo.InvariantCulture, $"{wrong.Count}: {string.Join("; ", wrong.Take(10))}"));
        Assert.Contains("refused", answers);
    }

    private static string Read(byte[] line)
    {
        try
        {
            using var source = new BytesByteSource([0x80, 2, .. line, (byte)'\n', (byte)'.']);
            using var checkpoint = Checkpoint.Open(source, new ReadOptions { Python2Text = Python2Text.Latin1 });
            return Convert.ToHexStringLower(System.Runtime.InteropServices.MemoryMarshal.AsBytes(((PyString)checkpoint.Root).Value.AsSpan()));
        }
        catch (InvalidCheckpointException)
        {
            return "refused";
        }
    }
}
