using static Torchkeep.Tests.Formats.Safetensors.SafetensorsBytes;

namespace Torchkeep.Tests.Formats.Safetensors;

/// <summary>What reading costs, in reads and bytes.</summary>
public sealed class SafetensorsCostTests
{
    // The kind is told from the start.
    private const int Head = 512;

    [Fact]
    public void OpeningReadsTheHeaderAlone()
    {
        const int Size = 1 << 20;
        var header = $"{{{string.Join(',', Enumerable.Range(0, 8).Select(i => $$"""  "t{{i}}":{"dtype":"U8","shape":[{{Size}}],"data_offsets":[{{i * Size}},{{(i + 1) * Size}}]}"""))}}}";
        var source = new CountingByteSource(File(header, new byte[8 * Size]));

        using var checkpoint = Checkpoint.Open(source);

        Assert.Equal(8, checkpoint.Tensors.Count);
        Assert.Equal([Head, 8, header.Length], source.Reads.Select(read => read.Length));
    }

    [Fact]
    public void ATensorIsReadFromItsPlaceAlone()
    {
        var source = new CountingByteSource(Small);
        using var checkpoint = Checkpoint.Open(source);
        source.Reads.Clear();

        Assert.Equal([3f], checkpoint.FindTensor("bias").ToArray<float>());
        Assert.Equal([(source.Length - 4, 4)], source.Reads);
    }
}
