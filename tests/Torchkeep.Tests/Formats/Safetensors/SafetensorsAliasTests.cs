using Torchkeep.Tests.Saving;

namespace Torchkeep.Tests.Formats.Safetensors;

/// <summary>Texts of the metadata that are names of tensors, and those that are not.</summary>
public sealed class SafetensorsAliasTests
{
    [Theory]
    [InlineData("""{"b":"a"}""", "b:a")]
    [InlineData("""{"b":"a","c":"a","d":"w"}""", "b:a,c:a,d:w")]
    [InlineData("""{"b":"a","c":"b"}""", "b:a")] // not followed further
    [InlineData("""{"c":"b","b":"a"}""", "b:a")]
    [InlineData("""{"a":"w"}""", "")] // a tensor of its own
    [InlineData("""{"b":"c","c":"b"}""", "")]
    [InlineData("""{"b":"b"}""", "")]
    [InlineData("""{"b":"gone"}""", "")]
    [InlineData("""{"format":"a"}""", "")] // what Transformers writes
    [InlineData("""{"":"a"}""", ":a")]
    public void ATextIsANameWhereItNamesATensorAndIsNone(string metadata, string expected)
    {
        using var checkpoint = Checkpoint.Open(Two(metadata));
        var texts = metadata.Count(letter => letter == ':');

        Assert.Equal(expected, string.Join(',', checkpoint.Aliases.Select(alias => $"{alias.Key}:{alias.Value}")));
        Assert.Equal(texts - checkpoint.Aliases.Count, checkpoint.Metadata.Count);
        Assert.Equal(["a", "w", .. checkpoint.Aliases.Keys], checkpoint.Tensors.Select(tensor => tensor.Name));
        Assert.All(checkpoint.Aliases, alias =>
        {
            Assert.Same(checkpoint.Root[alias.Value].AsTensor().Storage, checkpoint.Root[alias.Key].AsTensor().Storage);
            Assert.Equal(alias.Key, checkpoint.Root[alias.Key].AsTensor().Name);
        });
    }

    [Fact]
    public void MoreNamesThanAFileMayHaveTensorsAreRefused() => Assert.Contains(
        "more tensors than the limit of 3 (ReadLimits.MaxRecords)",
        Assert.Throws<UnsupportedCheckpointException>(() => Checkpoint.Open(Two("""{"b":"a","c":"a"}"""), new() { Limits = new() { MaxRecords = 3 } })).Message,
        StringComparison.Ordinal);

    [Fact]
    public void ANameStaysOneWhenItIsSavedAgain()
    {
        // By its letters the other name would come first.
        using var checkpoint = Checkpoint.Open(Two("""{"A":"w"}"""));
        using var again = Checkpoint.Open(Saved.ToBytes(checkpoint.Root, new() { Format = CheckpointFormat.Safetensors, FloatingPointType = ElementType.Float64 }));
        using var zip = Checkpoint.Open(Saved.ToBytes(checkpoint.Root));

        Assert.Equal([KeyValuePair.Create("A", "w")], again.Aliases);
        Assert.Equal([3.0], again.FindTensor("A").ToArray<double>());
        Assert.Empty(zip.Aliases);
        Assert.Same(zip.FindTensor("A").Storage, zip.FindTensor("w").Storage);
    }

    private static byte[] Two(string metadata) => SafetensorsBytes.File(
        $$$"""{"__metadata__":{{{metadata}}},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""",
        0, 0, 128, 63, 0, 0, 64, 64);
}
