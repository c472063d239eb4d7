using Torchkeep.Interop.Tests.PyTorch;

namespace Torchkeep.Interop.Tests.Checkpoints;

/// <summary>The state_dicts of whole models, both ways.</summary>
public sealed class ModelTests
{
    public static TheoryData<string, string> MakersAndModels =>
    [
        .. from maker in Interpreters.Names
           from model in new[] { "resnet18", "mobilenet_v3_small", "vit_b_16", "lstm_language_model" }
           select new TheoryDataRow<string, string>(maker, model),
    ];

    [Theory]
    [MemberData(nameof(MakersAndModels))]
    public void AStateDictIsReadAndWrittenBitForBit(string maker, string model)
    {
        var making = Judge.Named(maker);
        using var made = making.NewFolder();
        var expected = making.Make(model, made["model.pt"]);
        Assert.Contains(expected, line => line.StartsWith("$._metadata[", StringComparison.Ordinal));

        using var checkpoint = Checkpoint.Open(made["model.pt"]);

        Same.Lines(expected, Description.Of(checkpoint.Root));
        foreach (var reading in Interpreters.Names.Select(Judge.Named))
        {
            using var folder = reading.NewFolder();
            Saving.Save(checkpoint.Root, folder["model.pt"]);
            Readers.Read(reading, folder["model.pt"], expected);
        }
    }
}
