using System.Text.Json;

namespace Torchkeep.Cli.Tests.Corpora;

/// <summary>
/// What a file of a corpus holds, as its judge wrote it down, in the words of the command. The judges write some things in
/// another way; only how it is written is changed here, never what.
/// </summary>
internal sealed class CorpusTruth
{
    // safetensors' own names.
    private static readonly Dictionary<string, string> _dtypes = new()
    {
        ["F64"] = "torch.float64",
        ["F32"] = "torch.float32",
        ["F16"] = "torch.float16",
        ["BF16"] = "torch.bfloat16",
        ["I64"] = "torch.int64",
        ["I32"] = "torch.int32",
        ["I16"] = "torch.int16",
        ["I8"] = "torch.int8",
        ["U8"] = "torch.uint8",
        ["BOOL"] = "torch.bool",
    };

    internal CorpusTruth(JsonElement json, string judge)
    {
        RootType = json.TryGetProperty("root_type", out var type) ? type.GetString() : null;
        var tensors = Items(json, "tensors");
        var leaves = Items(json, "leaves");
        Unaddressable = [.. Items(json, "unaddressable").Select(PlainDevice)];
        (Tensors, Leaves) = judge == "safetensors header"
            ? ([.. tensors.Select(OfHeader)], [])
            : WithParameters([.. tensors.Select(PlainDevice)], leaves);
        ListsLeaves = judge != "safetensors header";
        ListsAttributes = !judge.Contains("on CUDA", StringComparison.Ordinal);
    }

    internal string? RootType { get; }

    internal IReadOnlyList<CorpusItem> Tensors { get; }

    internal IReadOnlyList<CorpusItem> Leaves { get; }

    /// <summary>What stands under keys that have no spelling of their own: each with a path that says only about where.</summary>
    internal IReadOnlyList<CorpusItem> Unaddressable { get; }

    /// <summary>Whether anything but tensors was written down; a header has nothing else.</summary>
    internal bool ListsLeaves { get; }

    /// <summary>Whether attributes of containers (<c>._metadata</c>) were written down; one of the judges did not look at them.</summary>
    internal bool ListsAttributes { get; }

    private static List<CorpusItem> Items(JsonElement json, string name) =>
        json.TryGetProperty(name, out var items) ? [.. items.EnumerateArray().Select(CorpusItem.Of)] : [];

    private static CorpusItem OfHeader(CorpusItem tensor) =>
        tensor.With($"$['{tensor.Path}']", ("dtype", JsonSerializer.SerializeToElement(_dtypes[tensor.Text("dtype")!]))).Without("data_offsets");

    // A judge that loaded the file to the CPU says so, and not where the tensor was saved.
    private static CorpusItem PlainDevice(CorpusItem tensor) => tensor.Text("device") switch
    {
        null or "cpu" => tensor.Without("device"),
        var device => tensor.With(tensor.Path, ("location", JsonSerializer.SerializeToElement(device))).Without("device"),
    };

    // The reader that is not PyTorch keeps a Parameter of before 0.4 as a record: a tensor in it, and a state of whether it
    // learns, of nothing, and of its hooks.
    private static (List<CorpusItem> Tensors, List<CorpusItem> Leaves) WithParameters(List<CorpusItem> tensors, List<CorpusItem> leaves)
    {
        var parameters = leaves.Where(leaf => leaf.Type == "object torch.nn.parameter.Parameter").Select(leaf => leaf.Path).ToHashSet();
        var learns = leaves.Where(leaf => leaf.Path.EndsWith(".state[0]", StringComparison.Ordinal)).ToDictionary(leaf => leaf.Path, leaf => leaf.Text("repr") == "True");
        return (
            [.. tensors.Select(tensor => tensor.Path.EndsWith("(arg0)", StringComparison.Ordinal) && parameters.Contains(tensor.Path[..^6]) ? AsParameter(tensor, tensor.Path[..^6]) : tensor)],
            [.. leaves.Where(leaf => !parameters.Contains(leaf.Path) && !parameters.Any(leaf.IsBelow))]);

        CorpusItem AsParameter(CorpusItem tensor, string path) => tensor.With(
            path,
            ("type", JsonSerializer.SerializeToElement("Parameter")),
            ("requires_grad", JsonSerializer.SerializeToElement(learns[$"{path}.state[0]"])));
    }
}
