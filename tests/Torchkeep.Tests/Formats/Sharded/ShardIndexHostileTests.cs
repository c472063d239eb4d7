using Torchkeep.Tests.Formats.Safetensors;
using Torchkeep.Tests.IO;
using Torchkeep.Tests.Saving;

namespace Torchkeep.Tests.Formats.Sharded;

/// <summary>What an index that is broken or lies is told.</summary>
public sealed class ShardIndexHostileTests : IDisposable
{
    private const string Tensor = """{"dtype":"U8","shape":[1],"data_offsets":[0,1]}""";

    private readonly TemporaryFolder _folder = new();

    /// <summary>A weight_map, what is said, about which tensor. The files one and two have a and b; list and index are no dictionaries.</summary>
    public static TheoryData<string, string, string?> Lies => new()
    {
        { """{"weight_map":{"a":"one","a":"one"}}""", "the index has this tensor twice", "a" },
        { """{"weight_map":{"a":"one"},"weight_map":{"a":"one"}}""", "the index has weight_map twice", null },
        { """{"weight_map":["a"]}""", "weight_map must be an object, found an array", null },
        { """{"weight_map":{"a":1}}""", "weight_map must map names to files, found a number", null },
        { """{"weight_map":{"a":"one"}""", "the JSON text is broken", null },
        { """{"weight_map":{"a":"one"}} x""", "the JSON text is broken", null },
        { """{"weight_map":{"a":"../one"}}""", "the file '../one', which must lie beside it", "a" },
        { """{"weight_map":{"a":"sub/../../one"}}""", "must lie beside it", "a" },
        { """{"weight_map":{"a":"./one"}}""", "must lie beside it", "a" },
        { """{"weight_map":{"a":"sub//one"}}""", "must lie beside it", "a" },
        { """{"weight_map":{"a":"/etc/passwd"}}""", "must lie beside it", "a" },
        { """{"weight_map":{"a":"..\\one"}}""", "must lie beside it", "a" },
        { """{"weight_map":{"a":"C:one"}}""", "must lie beside it", "a" },
        { """{"weight_map":{"a":"one\u0000"}}""", "must lie beside it", "a" },
        { """{"weight_map":{"a":""}}""", "must lie beside it", "a" },
        { """{"weight_map":{"a":"one","c":"three","d":"four"}}""", "of the 3 files that the index names, 2 are not there: 'three', 'four'", null },
        { """{"weight_map":{"a":"folder"}}""", "1 are not there: 'folder'", null },
        { """{"weight_map":{"a":"one","c":"one"}}""", "the index says that the tensor is in 'one', which does not have it", "c" },
        { """{"weight_map":{"a":"one","b":"one"}}""", "the index says that the tensor is in 'one', which does not have it", "b" },
        { """{"weight_map":{"a":"one","b":"both"}}""", "'both' has 'a', which is in 'one' by the index", "a" },
        { """{"weight_map":{"b":"both"}}""", "'both' has 'a', which the index does not name", "a" },
    };

    public ShardIndexHostileTests()
    {
        File.WriteAllBytes(_folder["one"], SafetensorsBytes.File($$$"""{"a":{{{Tensor}}}}""", 1));
        File.WriteAllBytes(_folder["two"], SafetensorsBytes.File($$$"""{"b":{{{Tensor}}}}""", 2));
        File.WriteAllBytes(_folder["both"], SafetensorsBytes.File($$$"""{"a":{{{Tensor}}},"b":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", 1, 2));
        Directory.CreateDirectory(_folder["folder"]);
    }

    public void Dispose() => _folder.Dispose();

    [Theory, MemberData(nameof(Lies))]
    public void ALieIsRefused(string index, string expected, string? tensor)
    {
        var error = Assert.Throws<InvalidCheckpointException>(() => Open(index));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Equal((_folder["index"], tensor), (error.File, error.TensorName));
    }

    [Fact]
    public void WhatElseStandsInItIsNotLookedAt()
    {
        using var checkpoint = Open(""" {"metadata":{"total_size":"many","total_parameters":[1]},"weight_map":{"b":"two","a":"one"},"x":null} """);

        Assert.Equal(["b", "a"], checkpoint.Tensors.Select(tensor => tensor.Name));
        Assert.Empty(checkpoint.Metadata);
    }

    [Fact]
    public void FilesMayLieInAFolderAndBehindALink()
    {
        File.Copy(_folder["one"], Path.Combine(_folder["folder"], "inner"));
        using var outside = new TemporaryFolder();
        File.Copy(_folder["two"], outside["two"]);
        File.CreateSymbolicLink(_folder["link"], outside["two"]);
        using var checkpoint = Open("""{"weight_map":{"a":"folder/inner","b":"link"}}""");

        Assert.Equal([2], checkpoint.FindTensor("b").ToArray<byte>());
    }

    [Fact]
    public void ATensorThatTheIndexDoesNotNameIsLeftOutWhenThatIsAskedFor()
    {
        File.WriteAllText(_folder["index"], """{"weight_map":{"b":"both"}}""");
        using var checkpoint = Checkpoint.Open(_folder["index"], new ReadOptions { StrictIndex = false });

        Assert.Equal(["b"], checkpoint.Tensors.Select(tensor => tensor.Name));
    }

    [Fact]
    public void AnIndexAmongTheFilesIsRefused()
    {
        var error = Assert.Throws<InvalidCheckpointException>(() => Open("""{"weight_map":{"a":"index"}}"""));

        Assert.Contains("JSON text", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFileThatIsNoDictionaryIsRefused()
    {
        await Saved.ToPathAsync(async: false, new PyList(1), _folder["list"]);
        var error = Assert.Throws<InvalidCheckpointException>(() => Open("""{"weight_map":{"a":"list"}}"""));

        Assert.Contains("must be a dictionary of tensors, and is a list", error.Message, StringComparison.Ordinal);
        Assert.Equal(_folder["list"], error.File);
    }

    [Fact]
    public void ABrokenFileIsNamed()
    {
        File.WriteAllBytes(_folder["broken"], SafetensorsBytes.File($$$"""{"a":{{{Tensor}}}}"""));
        var error = Assert.Throws<InvalidCheckpointException>(() => Open("""{"weight_map":{"b":"two","a":"broken"}}"""));

        Assert.Equal(_folder["broken"], error.File);
    }

    [Fact]
    public void WithoutAPathThereIsNothingBesideIt()
    {
        var error = Assert.Throws<UnsupportedCheckpointException>(() => Checkpoint.Open("""{"weight_map":{"a":"one"}}"""u8.ToArray()));

        Assert.Contains("open it by its path", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LimitsHoldForTheIndexToo()
    {
        File.WriteAllText(_folder["index"], """{"weight_map":{"a":"one","b":"two"}}""");

        Assert.Contains("MaxRecords", Limited(new() { MaxRecords = 1 }), StringComparison.Ordinal);
        Assert.Contains("MaxJsonBytes", Limited(new() { MaxJsonBytes = 10 }), StringComparison.Ordinal);

        string Limited(ReadLimits limits) => Assert.Throws<UnsupportedCheckpointException>(() => Checkpoint.Open(_folder["index"], new ReadOptions { Limits = limits })).Message;
    }

    [Fact]
    public void AllFilesAreClosed()
    {
        Open("""{"weight_map":{"a":"one","b":"two"}}""").Dispose();
        Assert.Throws<InvalidCheckpointException>(() => Open("""{"weight_map":{"a":"one","b":"two","c":"two"}}"""));

        // A file that is open lets no other one write.
        Assert.All(["index", "one", "two"], name => File.Open(_folder[name], FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose());
    }

    private Checkpoint Open(string index)
    {
        File.WriteAllText(_folder["index"], index);
        return Checkpoint.Open(_folder["index"]);
    }
}
