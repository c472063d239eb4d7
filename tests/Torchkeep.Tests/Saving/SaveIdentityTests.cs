using Torchkeep.IO;

namespace Torchkeep.Tests.Saving;

/// <summary>
/// Our files beside those of PyTorch 2.14 of the same objects. Three places may differ: the first half of
/// <c>.data/serialization_id</c>, which PyTorch makes from the iteration order of a hash set, and that record's CRC-32
/// behind it and in the directory. Every other byte is equal.
/// </summary>
public sealed class SaveIdentityTests
{
    [Theory]
    [InlineData("state_dict.pt", 64)]
    [InlineData("views.pt", 64)]
    [InlineData("checkpoint.pt", 64)]
    [InlineData("types.pt", 64)]
    [InlineData("aligned.pt", 1024)]
    public void AFileThatIsOpenedAndSavedIsPyTorchs(string name, int alignment)
    {
        var theirs = SavedByPyTorch.Read(name);
        using var checkpoint = Checkpoint.Open(theirs);
        AssertIdentical(theirs, Saved.ToBytes(checkpoint.Root, new() { StorageAlignment = alignment, ArchiveName = Path.GetFileNameWithoutExtension(name) }));
    }

    [Fact]
    public void AStreamIsPyTorchs()
    {
        var theirs = SavedByPyTorch.Read("stream.pt");
        AssertIdentical(theirs, Saved.ToBytes(TensorView.FromArray<long>([0, 1, 2, 3, 4, 5], ElementType.Int64, 2, 3)));
    }

    [Fact]
    public void AStateDictMadeHereIsPyTorchs()
    {
        static TensorView Floats(params long[] shape) =>
            TensorView.FromArray<float>([.. Enumerable.Range(0, (int)shape.Aggregate((a, b) => a * b))], ElementType.Float32, shape);

        static PyDict Version(long number) => new() { { "version", number } };

        PyDict root = new(isOrdered: true)
        {
            { "0.weight", Floats(2, 3) },
            { "0.bias", Floats(2) },
            { "1.weight", Floats(2) },
            { "1.bias", Floats(2) },
            { "1.running_mean", Floats(2) },
            { "1.running_var", Floats(2) },
            { "1.num_batches_tracked", TensorView.FromArray<long>([0], ElementType.Int64) },
            { "2.weight", Floats(1, 2) },
        };
        root.Attributes = new()
        {
            { "_metadata", new PyDict(isOrdered: true) { { "", Version(1) }, { "0", Version(1) }, { "1", Version(2) }, { "2", Version(1) } } },
        };
        AssertIdentical(SavedByPyTorch.Read("state_dict.pt"), Saved.ToBytes(root, new() { ArchiveName = "state_dict" }));
    }

    [Fact]
    public void Past4GibibytesTheNumbersArePyTorchs()
    {
        const int Kept = 2048;
        PyDict root = new()
        {
            { "big", new TensorView(new(Models.Zeros((4L << 30) + 64)), ElementType.Float32, [(1L << 30) + 16]) },
            { "after", TensorView.FromArray<long>([0, 1, 2, 3], ElementType.Int64, 4) },
        };
        var file = Saved.ToSparseFile(root, new() { ArchiveName = "past-4gib" });

        Assert.Equal(4294969333, file.Length);
        Assert.Equal(SavedByPyTorch.Read("past-4gib.head.bin"), WrittenZip.Read(file, 0, Kept));
        var end = file.Length - Kept;
        AssertIdentical(SavedByPyTorch.Read("past-4gib.tail.bin"), WrittenZip.Read(file, end, Kept), WrittenZip.Parse(file), end);
    }

    private static void AssertIdentical(byte[] theirs, byte[] ours) =>
        AssertIdentical(theirs, ours, WrittenZip.Parse(new MemoryByteSource(theirs)), start: 0);

    private static void AssertIdentical(byte[] theirs, byte[] ours, List<WrittenZip> records, long start)
    {
        const int HalfOfId = 20;
        var id = records.Single(record => record.Name.EndsWith("/.data/serialization_id", StringComparison.Ordinal));
        (long Start, int Length)[] free =
        [
            (id.PayloadOffset, HalfOfId),
            (id.PayloadOffset + id.Size + sizeof(uint), sizeof(uint)),
            (id.CentralOffset + 16, sizeof(uint)),
        ];
        Assert.Equal(theirs.Length, ours.Length);
        var different = Enumerable.Range(0, theirs.Length)
            .Where(place => theirs[place] != ours[place])
            .Select(place => start + place)
            .Where(place => !free.Any(part => place >= part.Start && place < part.Start + part.Length));
        Assert.Equal([], different);
    }
}
