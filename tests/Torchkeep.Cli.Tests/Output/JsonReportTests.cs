using System.Security.Cryptography;
using System.Text.Json;

namespace Torchkeep.Cli.Tests.Output;

public sealed class JsonReportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TheFieldsAreThoseOfTheDocumentation()
    {
        var json = Inspect(Samples.Training());

        Assert.Equal(["file", "format", "root_type", "tensors", "leaves"], json.EnumerateObject().Select(field => field.Name));
        Assert.Equal(
            ["path", "type", "dtype", "shape", "stride", "storage_offset", "storage_nbytes", "storage_id", "requires_grad", "location"],
            json.GetProperty("tensors")[0].EnumerateObject().Select(field => field.Name));
        Assert.Equal(["path", "type", "container", "len"], json.GetProperty("leaves")[0].EnumerateObject().Select(field => field.Name));
        Assert.Equal(["path", "type", "repr"], json.GetProperty("leaves")[1].EnumerateObject().Select(field => field.Name));
    }

    [Fact]
    public void EveryKindOfValueIsListed()
    {
        var outcome = CommandLine.Run("inspect", _folder.Save(Samples.EveryKind()), "--json", "--hash");

        // A line for each tensor and leaf, to be read by people.
        Golden.Check("every-kind.json", $"{{{outcome.Output[outcome.Output.IndexOf("\"format\"", StringComparison.Ordinal)..].Replace("},{", "},\n{", StringComparison.Ordinal)}");
    }

    [Fact]
    public void AHashIsOfTheElementsInRowMajorOrder()
    {
        var storage = TensorStorage.FromArray(new short[] { 1, 2, 3, 4, 5, 6 });
        var tensors = Inspect(new PyList(new TensorView(storage, ElementType.Int16, [3, 2], [1, 3])), "--hash").GetProperty("tensors");

        byte[] expected = [1, 0, 4, 0, 2, 0, 5, 0, 3, 0, 6, 0];
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(expected)), tensors[0].GetProperty("sha256").GetString());
    }

    [Fact]
    public void ATensorOfManyPiecesIsHashedWhole()
    {
        var elements = new byte[(3 << 20) + 5];
        new Random(1).NextBytes(elements);

        var tensors = Inspect(TensorView.FromArray(elements, ElementType.UInt8, elements.Length), "--hash").GetProperty("tensors");

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(elements)), tensors[0].GetProperty("sha256").GetString());
    }

    [Fact]
    public void NothingOfATerminalComesThrough()
    {
        var output = CommandLine.Run("inspect", _folder.Save(Samples.EveryKind()), "--json").Output;

        Assert.DoesNotContain(output.TrimEnd('\n'), char.IsControl);
    }

    [Fact]
    public void NamesOfAttributesMayBeAnything()
    {
        var record = new PyObject(PyObjectKind.New, new PyGlobal("m", "C"), PyTuple.Empty)
        {
            State = new PyDict { { "a\u009b\u202e\ud800\"", 1 } },
        };

        var outcome = CommandLine.Run("inspect", _folder.Save(record), "--json");

        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        Assert.DoesNotContain(outcome.Output.TrimEnd('\n'), char.IsControl);
        Assert.Equal("""$.__dict__['a\x9b\u202e\ud800"']""", outcome.Json.GetProperty("leaves")[1].GetProperty("path").GetString());
    }

    [Fact]
    public void ALongTextIsCut()
    {
        var leaf = Inspect(new PyString(new string('x', 100_000))).GetProperty("leaves")[0].GetProperty("repr").GetString()!;

        Assert.EndsWith("xxx...' (100,000 characters)", leaf, StringComparison.Ordinal);
        Assert.InRange(leaf.Length, 65_536, 66_000);
    }

    [Fact]
    public void PathsWithoutMeasureAreRefused()
    {
        // The path of each level is longer by three: 100,000 levels would be 15 GB of text.
        var root = new PyList();
        for (var i = 0; i < 100_000; i++)
        {
            root = new PyList(root);
        }

        var outcome = CommandLine.Run("inspect", _folder.Save(root), "--json");

        Assert.Equal((2, ""), (outcome.ExitCode, outcome.Output));
        Assert.Contains("the most that is listed", outcome.Error, StringComparison.Ordinal);
    }

    private JsonElement Inspect(PyValue root, params string[] arguments)
    {
        var outcome = CommandLine.Run(["inspect", _folder.Save(root), "--json", .. arguments]);
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        return outcome.Json;
    }
}
