using TorchSharp;
using static TorchSharp.torch;

namespace Torchkeep.TorchSharp.Tests;

/// <summary>
/// Cases of public reports that are about TorchSharp, each with the answer of the manifest beside the files. They lie
/// beside the repository; without them the tests are skipped and say so.
/// </summary>
public sealed class ReportsTests
{
    [Fact]
    public void Case06TATensorOfATpuSaysWhatToDo()
    {
        using var loaded = Load("06_xla_numpy.pt");

        Assert.Contains("map_location: \"cpu\"", Assert.ThrowsAny<Exception>(() => loaded["weight"].tensor()).Message, StringComparison.Ordinal);
        using var mapped = torch.load(Repository.Report("06_xla_numpy.pt"), map_location: "cpu");
        Assert.Equal([2, 3], mapped["weight"].tensor().shape);
    }

    [Fact]
    public void Case08AnUnpackedFolderIsACheckpoint()
    {
        using var model = nn.Linear(3, 2);
        using var pickle = Load("08_unpacked/08_linear/data.pkl");
        using var folder = torch.load(Path.GetDirectoryName(Repository.Report("08_unpacked/08_linear/data.pkl"))!, weights_only: true);

        Assert.Equal("<All keys matched successfully>", model.load_state_dict(folder).ToString());
        Assert.Equal("<All keys matched successfully>", model.load_state_dict(pickle).ToString());
    }

    [Fact]
    public void Case11AStateDictInAStateDictIsAnUnexpectedKey()
    {
        using var model = nn.Linear(3, 2);
        using var loaded = Load("11_nested_sd.ckpt");

        Assert.Contains("\"state_dict\"", Assert.Throws<StateDictException>(() => model.load_state_dict(loaded["state_dict"])).Message, StringComparison.Ordinal);
        Assert.Equal(["state_dict"], model.load_state_dict(loaded["state_dict"], strict: false).unexpected_keys);
        Assert.Equal("<All keys matched successfully>", model.load_state_dict(loaded["state_dict"]["state_dict"]).ToString());
    }

    [Fact]
    public void Case20ReferencesOfTorchXlaSayWhereTheirFilesAre()
    {
        Assert.Contains("20_xser.pt.tensors", Assert.ThrowsAny<CheckpointException>(() => Load("20_xser.pt")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Case42EverySaveOfAFileIsThere()
    {
        var all = Checkpoint.OpenAll(Repository.Report("42_several.pt"));
        using var loaded = Load("42_several.pt");

        Assert.Equal(Enumerable.Range(0, 3), all.Select(checkpoint => (int)checkpoint["i"].AsInt64()));
        Assert.Equal(0, (int)loaded["i"]);
        foreach (var checkpoint in all)
        {
            checkpoint.Dispose();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Case42SAStreamIsLoadedAgainAndAgain(bool readsTensors)
    {
        using var stream = new MemoryStream(File.ReadAllBytes(Repository.Report("42_several.pt")));
        var numbers = new List<int>();
        for (var i = 0; i < 3; i++)
        {
            using var loaded = torch.load(stream);
            numbers.Add((int)loaded["i"]);
            if (readsTensors)
            {
                using var tensor = loaded["w"].tensor();
                Assert.Equal(i, tensor[0].item<float>());
            }
        }

        Assert.Equal([0, 1, 2], numbers);
        Assert.Equal(stream.Length, stream.Position);
    }

    [Fact]
    public void Case43BWhatTorchSharpItselfWroteIsLoaded()
    {
        using var model = nn.Sequential(("0", nn.Linear(3, 2)), ("1", nn.BatchNorm1d(2)));
        using var loaded = Load("f_ts.dat");

        Assert.Equal("<All keys matched successfully>", model.load_state_dict(loaded).ToString());
    }

    [Fact]
    public void Case55XAStateThatTheClassDoesNotHaveIsNamed()
    {
        using var model = nn.Linear(3, 2);
        using var optimizer = optim.Adam(model.parameters());
        using var loaded = Load("55_extra_key.pt");

        Assert.Contains("'ema'", Assert.ThrowsAny<Exception>(() => optimizer.load_state_dict(loaded["o"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Case60AWholeDTensorIsATensor()
    {
        using var model = nn.Linear(3, 2);
        using var loaded = Load("60_dtensor.pt");
        using var tensor = loaded["weight"].tensor();

        Assert.Equal([2, 3], tensor.shape);
        Assert.Equal("<All keys matched successfully>", model.load_state_dict(loaded).ToString());
    }

    [Fact]
    public void Case61AModuleOfStyleGanHasAStateDict()
    {
        using var model = nn.Sequential(("fc", nn.Linear(3, 2)));
        using var loaded = Load("61_stylegan.pkl");

        Assert.Equal("<All keys matched successfully>", model.load_state_dict(loaded["G_ema"]).ToString());
    }

    [Fact]
    public void Case80TwoSavesInOneStreamAreLoaded()
    {
        using var stream = new MemoryStream();
        for (var i = 1; i <= 2; i++)
        {
            torch.save_checkpoint(new Dictionary<string, object> { ["i"] = i, ["w"] = ones(i) }, stream);
        }

        stream.Position = 0;
        for (var i = 1; i <= 2; i++)
        {
            using var loaded = torch.load(stream);
            using var tensor = loaded["w"].tensor();
            Assert.Equal((i, i), ((int)loaded["i"], (int)tensor.shape[0]));
        }
    }

    private static LoadedCheckpoint Load(string name) => torch.load(Repository.Report(name), weights_only: true);
}
