using System.Text.Json;
using System.Text.Json.Nodes;

namespace Torchkeep.Cli.Tests;

/// <summary>
/// Real checkpoints of all ages, each with what PyTorch itself (or an independent reader) says is in it. They lie beside
/// the repository, or where TORCHKEEP_CORPUS says.
/// </summary>
public sealed class CorpusTests(ITestOutputHelper log)
{
    private static readonly string _folder = Environment.GetEnvironmentVariable("TORCHKEEP_CORPUS")
        ?? Path.Combine(CommandLine.RepositoryRoot, "..", "shared", "corpus");

    // safetensors' own names.
    private static readonly Dictionary<string, string> _dtypes = new() { ["F32"] = "torch.float32", ["I64"] = "torch.int64", ["U8"] = "torch.uint8" };

    [Theory]
    [InlineData("zip")]
    [InlineData("legacy stream")]
    public void EveryFileHoldsWhatPyTorchFindsInIt(string kind) => Compare(kind, "PyTorch");

    [Theory]
    [InlineData("zip")]
    [InlineData("legacy stream")]
    [InlineData("torchscript")]
    public void EveryFileThatPyTorchRefusesHoldsWhatAnotherReaderFindsInIt(string kind) => Compare(kind, "independent reader");

    [Fact]
    public void EverySafetensorsFileHoldsWhatItsHeaderSays()
    {
        var files = Files(file => Field(file, "kind") == "safetensors");

        Assert.NotEmpty(files);
        Assert.All(files, file =>
        {
            var expected = Read(Path.Combine(_folder, "truth", $"{Field(file, "id")}.json")).GetProperty("tensors").EnumerateArray()
                .Select(tensor => ($"$['{PathIn(tensor)}']", _dtypes[Field(tensor, "dtype")], tensor.GetProperty("shape").GetRawText().Replace(" ", "", StringComparison.Ordinal), Field(tensor, "sha256")));
            var found = CommandLine.Run("inspect", PathOf(file), "--json", "--hash").Json;

            Assert.Equal("safetensors", Field(found, "format"));
            Assert.Equal(
                expected,
                found.GetProperty("tensors").EnumerateArray()
                    .Select(tensor => (PathIn(tensor), Field(tensor, "dtype"), tensor.GetProperty("shape").GetRawText(), Field(tensor, "sha256"))));
        });
    }

    private void Compare(string kind, string judge)
    {
        var files = Files(file => Field(file, "kind") == kind && Field(file, "truth").StartsWith(judge, StringComparison.Ordinal));
        var disagreements = new List<string>();
        var (tensors, leaves) = (0, 0);
        foreach (var file in files)
        {
            var id = Field(file, "id");
            var truth = WithParameters(Read(Path.Combine(_folder, "truth", $"{id}.json")));
            var outcome = CommandLine.Run("inspect", PathOf(file), "--json", "--hash");
            if (outcome.ExitCode != 0)
            {
                disagreements.Add($"{id}: {outcome.Error.Trim()}");
                continue;
            }

            var found = outcome.Json;
            Assert.Equal(kind, Field(found, "format"));
            if (truth.TryGetProperty("root_type", out var rootType))
            {
                CompareField(id, rootType, found.GetProperty("root_type"));
            }

            CompareAll(id, truth.GetProperty("tensors"), found.GetProperty("tensors"), ref tensors);
            CompareAll(id, WithoutRecords(truth.GetProperty("leaves"), found.GetProperty("leaves")), found.GetProperty("leaves"), ref leaves);
        }

        log.WriteLine($"{files.Count} files, {tensors} tensors and {leaves} other values compared, {disagreements.Count} disagreements");
        Assert.Empty(disagreements);
        Assert.True(files.Count > 0 && tensors > 0 && leaves > 0);

        void CompareAll(string id, JsonElement expected, JsonElement found, ref int count)
        {
            var expectedItems = expected.EnumerateArray().ToList();
            var foundItems = found.EnumerateArray().ToList();
            disagreements.AddRange(expectedItems.Select(PathIn).Except(foundItems.Select(PathIn)).Select(path => $"{id}: {path} is missing"));
            disagreements.AddRange(foundItems.Select(PathIn).Except(expectedItems.Select(PathIn)).Select(path => $"{id}: {path} should not be there"));
            foreach (var (one, other) in expectedItems.Zip(foundItems))
            {
                count++;
                foreach (var field in one.EnumerateObject())
                {
                    if (other.TryGetProperty(field.Name, out var value) && !IsOldTensorClass(field, value))
                    {
                        CompareField($"{id}: {PathIn(one)} {field.Name}", field.Value, value);
                    }
                    else if (!IsImplied(field, other))
                    {
                        disagreements.Add($"{id}: {PathIn(one)} has no {field.Name}, which is {field.Value.GetRawText()}");
                    }
                }
            }
        }

        void CompareField(string what, JsonElement expected, JsonElement found)
        {
            if (!JsonElement.DeepEquals(expected, found))
            {
                disagreements.Add($"{what} should be {expected.GetRawText()}, is {found.GetRawText()}");
            }
        }
    }

    // The reader that is not PyTorch keeps a Parameter of before 0.4 as a record: a tensor in it, and a state of whether it
    // learns, of nothing, and of its hooks.
    private static JsonElement WithParameters(JsonElement truth)
    {
        var leaves = truth.GetProperty("leaves").EnumerateArray().ToList();
        var parameters = leaves.Where(leaf => Field(leaf, "type") == "object torch.nn.parameter.Parameter").Select(PathIn).ToHashSet();
        if (parameters.Count == 0)
        {
            return truth;
        }

        var changed = JsonNode.Parse(truth.GetRawText())!.AsObject();
        changed["leaves"] = new JsonArray([.. leaves
            .Where(leaf => !parameters.Any(parameter => PathIn(leaf) == parameter || PathIn(leaf).StartsWith($"{parameter}.state", StringComparison.Ordinal)))
            .Select(leaf => JsonNode.Parse(leaf.GetRawText()))]);
        foreach (var tensor in changed["tensors"]!.AsArray())
        {
            var parameter = tensor!["path"]!.GetValue<string>().Replace("(arg0)", "", StringComparison.Ordinal);
            if (parameters.Contains(parameter))
            {
                tensor["path"] = parameter;
                tensor["type"] = "Parameter";
                tensor["requires_grad"] = Field(leaves.Single(leaf => PathIn(leaf) == $"{parameter}.state[0]"), "repr") == "True";
            }
        }

        return JsonDocument.Parse(changed.ToJsonString()).RootElement;
    }

    // The reader that is not PyTorch lists what every record is made of, also of one that is a value to us.
    private static JsonElement WithoutRecords(JsonElement expected, JsonElement found)
    {
        var values = found.EnumerateArray().Where(leaf => leaf.TryGetProperty("repr", out _) || leaf.TryGetProperty("sha256", out _)).ToDictionary(PathIn);
        var records = expected.EnumerateArray()
            .Where(leaf => Field(leaf, "type").StartsWith("object ", StringComparison.Ordinal) && values.ContainsKey(PathIn(leaf)))
            .Select(PathIn).ToList();
        var kept = expected.EnumerateArray().Where(leaf => !records.Any(record => IsUnder(PathIn(leaf), record))).Select(leaf =>
            records.Contains(PathIn(leaf)) ? new JsonObject { ["path"] = PathIn(leaf) } : JsonNode.Parse(leaf.GetRawText()));
        return JsonDocument.Parse(new JsonArray([.. kept]).ToJsonString()).RootElement;

        static bool IsUnder(string path, string record) => path.Length > record.Length && path.StartsWith(record, StringComparison.Ordinal) && path[record.Length] is '[' or '.' or '(';
    }

    // The reader that is not PyTorch names the class in the file, of which PyTorch makes a Tensor since 0.4.
    private static bool IsOldTensorClass(JsonProperty field, JsonElement found) =>
        field is { Name: "type", Value.ValueKind: JsonValueKind.String }
        && field.Value.GetString() == "object torch.FloatTensor"
        && found.GetString() == "Tensor";

    // What the truth says beyond our fields, and what our fields say of it.
    private static bool IsImplied(JsonProperty field, JsonElement found) => field.Name switch
    {
        "numel" => field.Value.GetInt64() == found.GetProperty("shape").EnumerateArray().Aggregate(1L, (product, size) => product * size.GetInt64()),
        "type" => IsOldTensorClass(field, found.GetProperty("type")),
        "layout" => field.Value.GetString() == "torch.strided",
        "is_conj" or "is_neg" => !field.Value.GetBoolean(),

        // The members of a set are listed after it.
        "repr" => found.GetProperty("type").GetString() is "set" && found.GetProperty("len").GetInt32() == 0 && field.Value.GetString() == "[]",
        _ => false,
    };

    private static List<JsonElement> Files(Func<JsonElement, bool> wanted)
    {
        Assert.SkipUnless(Directory.Exists(_folder), $"there is no corpus at {_folder}; TORCHKEEP_CORPUS can name one");
        return [.. Read(Path.Combine(_folder, "manifest.json")).EnumerateArray().Where(wanted)];
    }

    private static JsonElement Read(string path)
    {
        using var stream = File.OpenRead(path);
        return JsonDocument.Parse(stream).RootElement;
    }

    private static string PathOf(JsonElement file) => Path.Combine(_folder, "files", Field(file, "file"));

    private static string PathIn(JsonElement item) => Field(item, "path");

    private static string Field(JsonElement item, string name) => item.GetProperty(name).GetString()!;
}
