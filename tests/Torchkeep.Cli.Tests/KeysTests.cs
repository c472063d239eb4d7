using System.Text.Json;

namespace Torchkeep.Cli.Tests;

/// <summary>Keys that are no strings, cycles, dictionaries of other classes and NumPy arrays, as the command shows and converts them.</summary>
public sealed class KeysTests
{
    private static readonly string _fixtures = Path.Combine(CommandLine.RepositoryRoot, "tests", "fixtures");

    [Theory, InlineData("1.13"), InlineData("2.14")]
    public void EachPathOfJsonIsInPythonsSpelling(string version)
    {
        using var truth = JsonDocument.Parse(File.ReadAllText(Fixture(version, "truth.json")));

        var json = CommandLine.Run("inspect", Fixture(version, "keys.pt"), "--json").Json;

        Assert.Equal(
            truth.RootElement.GetProperty("keys.pt").EnumerateArray().Select(text => $"$['keys'][{text.GetString()}]"),
            json.GetProperty("tensors").EnumerateArray().Select(tensor => tensor.GetProperty("path").GetString()));
    }

    [Fact]
    public void TheTreeHasThemToo()
    {
        var text = CommandLine.Run("inspect", Fixture("2.14", "keys.pt")).Output;

        Assert.Contains("[('user', 'rates', 'movie')]", text, StringComparison.Ordinal);
        Assert.Contains("[frozenset({-1, 2.5, 4, 30})]", text, StringComparison.Ordinal);
        Assert.Contains("[<Parameter torch.float32 [3]> #2]", text, StringComparison.Ordinal);
    }

    [Fact]
    public void APathIsTakenAsItWasPrinted()
    {
        using var folder = new TemporaryFolder();
        PyDict state = new() { { "w", TensorView.FromArray([1f, 2f], ElementType.Float32, 2) } };
        PyObject first = new(PyObjectKind.Call, new PyGlobal("m", "f"), PyTuple.Empty), second = new(PyObjectKind.Call, new PyGlobal("m", "f"), PyTuple.Empty);
        var file = folder.Save(new PyDict { { new PyTuple("user", "rates"), state }, { first, state }, { second, new PyDict { { "v", 1 } } } }, "keys.pt");

        foreach (var path in new[] { "$[('user', 'rates')]", "('user', 'rates')", "$[<m.f object> #1]" })
        {
            Assert.Equal(0, CommandLine.Run("convert", file, Path.Combine(folder.Path, "out.safetensors"), "--state-dict", path).ExitCode);
            Assert.Equal("$['w']", CommandLine.Run("inspect", Path.Combine(folder.Path, "out.safetensors"), "--json").Json.GetProperty("tensors")[0].GetProperty("path").GetString());
            File.Delete(Path.Combine(folder.Path, "out.safetensors"));
        }

        var refused = CommandLine.Run("convert", file, Path.Combine(folder.Path, "out.safetensors"), "--state-dict", "$[<m.f object>]");
        Assert.Contains("give one of them", refused.Error, StringComparison.Ordinal);
    }

    [Theory, InlineData("cycles.pt"), InlineData("48_cycle.pt"), InlineData("52_cycle_obj.pt")]
    public void WhatClosesACycleIsShownAndKept(string name)
    {
        using var folder = new TemporaryFolder();
        var path = name == "cycles.pt" ? Fixture("2.14", name) : Path.Combine(CommandLine.RepositoryRoot, "..", "shared", "reports", name);
        Assert.SkipUnless(File.Exists(path), $"there is no {path}");

        var text = CommandLine.Run("inspect", path).Output;
        var before = Above(path);
        Assert.Equal(0, CommandLine.Run("convert", path, Path.Combine(folder.Path, "again.pt")).ExitCode);

        Assert.Contains("(above)", text, StringComparison.Ordinal);
        Assert.NotEmpty(before);
        Assert.Equal(before, Above(Path.Combine(folder.Path, "again.pt")));
    }

    [Fact]
    public void ACycleInTheTreeNamesWhatIsAbove()
    {
        var text = CommandLine.Run("inspect", Fixture("2.14", "cycles.pt")).Output;

        Assert.Contains("self: $ (above)", text, StringComparison.Ordinal);
        Assert.Contains(".owner: $['holder'] (above)", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("state.pt")]
    [InlineData("nested_state.pt")]
    public void AClassDerivedFromDictIsConverted(string name)
    {
        using var folder = new TemporaryFolder();

        Assert.Equal(0, CommandLine.Run("convert", Fixture("2.14", name), Path.Combine(folder.Path, "out.safetensors"), "--state-dict", name == "state.pt" ? "$" : "state_dict").ExitCode);
        Assert.Contains("2 tensors, 8 parameters", CommandLine.Run("inspect", Path.Combine(folder.Path, "out.safetensors")).Output, StringComparison.Ordinal);
        Assert.Contains("8 parameters", CommandLine.Run("inspect", "--modules", Fixture("2.14", name)).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.13", "arrays2.pt")]
    [InlineData("1.13", "arrays5.pkl")]
    [InlineData("2.14", "arrays2.pkl")]
    [InlineData("2.14", "arrays5.pt")]
    public void ArraysAreConvertedToEachFormat(string version, string name)
    {
        using var folder = new TemporaryFolder();
        using var truth = JsonDocument.Parse(File.ReadAllText(Fixture(version, "truth.json")));
        var expected = truth.RootElement.GetProperty("arrays").EnumerateObject()
            .ToDictionary(row => $"$['{row.Name}']", row => (row.Value[0].GetString(), $"[{string.Join(',', row.Value[1].EnumerateArray())}]", row.Value[2].GetString()));
        foreach (var (file, options) in new[] { ("out.safetensors", new[] { "--drop-shared" }), ("out.pth", []), ("out.bin", new[] { "--to", "legacy" }) })
        {
            var outcome = CommandLine.Run(["convert", Fixture(version, name), Path.Combine(folder.Path, file), .. options]);

            Assert.Equal("", outcome.ExitCode == 0 ? "" : outcome.Error);
            var found = CommandLine.Run("inspect", Path.Combine(folder.Path, file), "--json", "--hash").Json.GetProperty("tensors").EnumerateArray().ToDictionary(
                tensor => tensor.GetProperty("path").GetString()!,
                tensor => (tensor.GetProperty("dtype").GetString()!["torch.".Length..], tensor.GetProperty("shape").GetRawText(), tensor.GetProperty("sha256").GetString()));
            Assert.All(found, tensor => Assert.Equal(expected[tensor.Key], tensor.Value));
            Assert.Equal(expected.Count, found.Count);
        }
    }

    [Fact]
    public void ArraysAreCountedAsSuch()
    {
        Assert.Contains("0 tensors, 0 parameters, 0 B in 0 storages, 13 NumPy arrays of ", CommandLine.Run("inspect", Fixture("2.14", "arrays5.pt")).Output, StringComparison.Ordinal);
        Assert.DoesNotContain("NumPy array", CommandLine.Run("inspect", Fixture("2.14", "keys.pt")).Output, StringComparison.Ordinal);
    }

    private static string Fixture(string version, string name) => Path.Combine(_fixtures, $"keys-{version}", name);

    private static List<(string?, string?)> Above(string path) => [.. CommandLine.Run("inspect", path, "--json").Json.GetProperty("leaves").EnumerateArray()
        .Where(leaf => leaf.TryGetProperty("above", out _))
        .Select(leaf => (leaf.GetProperty("path").GetString(), leaf.GetProperty("above").GetString()))];
}
