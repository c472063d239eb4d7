using System.Text.Json;

namespace Torchkeep.Interop.Tests.Checkpoints;

/// <summary>Small files that eng/make-fixtures had PyTorch make, with what PyTorch said is in them. These need no PyTorch.</summary>
public sealed class FixtureTests
{
    public static TheoryData<string> Files =>
    [
        .. Directory.GetFiles(Repository.Fixtures, "*.pt", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Repository.Fixtures, path))
            .Where(path => path.StartsWith("pytorch-", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Files))]
    public void AnObjectIsWhatItWas(string file)
    {
        var path = Path.Combine(Repository.Fixtures, file);
        var expected = JsonSerializer.Deserialize<List<string>>(File.ReadAllText(Path.ChangeExtension(path, ".json")))!;

        using var checkpoint = Checkpoint.Open(path);

        Same.Lines(expected, Description.Of(checkpoint.Root));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void ItIsTheSameWhenSavedAgain(string file)
    {
        using var original = Checkpoint.Open(Path.Combine(Repository.Fixtures, file));
        using var stream = new MemoryStream();
        Checkpoint.Save(original.Root, stream, cancellationToken: TestContext.Current.CancellationToken);

        using var resaved = Checkpoint.Open(stream.ToArray());

        Same.Lines(Description.Of(original.Root), Description.Of(resaved.Root));
    }
}
