using System.Text.Json;
using Torchkeep.Interop.Tests.PyTorch;

namespace Torchkeep.Interop.Tests.Checkpoints;

/// <summary>A state_dict of NumPy arrays that is written as one of tensors has the same numbers to PyTorch and to safetensors.</summary>
public sealed class ArrayTests
{
    // A row of what tests/fixtures/keys.py says: name, dtype, shape, hash of the elements.
    private const string Describe = """
        import hashlib, json
        def row(name, tensor):
            array = tensor.contiguous().numpy()
            return json.dumps([name, [str(tensor.dtype)[6:], list(tensor.shape), hashlib.sha256(array.tobytes()).hexdigest()]])
        lines = [row(name, tensor) for name, tensor in state.items()]
        """;

    public static TheoryData<string, string, CheckpointFormat> Cases =>
    [
        .. from reader in Interpreters.Names
           from file in new[] { "keys-1.13/arrays2.pt", "keys-1.13/arrays5.pkl", "keys-2.14/arrays2.pkl", "keys-2.14/arrays5.pt" }
           from format in new[] { CheckpointFormat.TorchZip, CheckpointFormat.TorchLegacy, CheckpointFormat.Safetensors }
           where format != CheckpointFormat.Safetensors || reader == Interpreters.Newest
           select new TheoryDataRow<string, string, CheckpointFormat>(reader, file, format),
    ];

    [Theory, MemberData(nameof(Cases))]
    public void TheNumbersAreTheSame(string reader, string file, CheckpointFormat format)
    {
        var judge = Judge.Named(reader);
        using var folder = judge.NewFolder();
        using var truth = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Fixtures, Path.GetDirectoryName(file)!, "truth.json")));
        using var checkpoint = Checkpoint.Open(Path.Combine(Repository.Fixtures, file));

        var state = checkpoint.FindStateDict();
        Checkpoint.Save(state, folder["state"], new() { Format = format, DropShared = format == CheckpointFormat.Safetensors, FlushToDisk = false }, cancellationToken: TestContext.Current.CancellationToken);

        var load = format == CheckpointFormat.Safetensors ? "import safetensors.torch\nstate = safetensors.torch.load_file(path)\n" : "state = torch.load(path)\nassert state['tied'].data_ptr() == state['weight'].data_ptr()\n";
        var expected = truth.RootElement.GetProperty("arrays").EnumerateObject()
            .Where(row => format != CheckpointFormat.Safetensors || row.Name != "weight")
            .Select(row => $"[\"{row.Name}\", {row.Value.GetRawText().ReplaceLineEndings("").Replace(" ", "", StringComparison.Ordinal).Replace(",", ", ", StringComparison.Ordinal)}]");
        Assert.Equal(expected.Order(StringComparer.Ordinal), judge.Run(folder["state"], load + Describe).Order(StringComparer.Ordinal));
    }
}
