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

    [Theory]
    [InlineData("07_numpy_sd.pth")]
    [InlineData("07_numpy_odd.pth")]
    public void Case07ArraysOfNumPyAreTensors(string name)
    {
        using var model = nn.Linear(3, 2);
        using var loaded = Load(name);

        Assert.Equal([2, 3], loaded["weight"].tensor().shape);
        Assert.Equal("<All keys matched successfully>", model.load_state_dict(loaded).ToString());
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
    public void Case10BTheEntryThatIsNoTensorIsNamed()
    {
        using var loaded = Load("11_empty_dict.pt");

        Assert.Contains("proc.empty", Assert.ThrowsAny<Exception>(() => loaded.state_dict()).Message, StringComparison.Ordinal);
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

    [Theory]
    [InlineData("12_wn_old.pt", "weight_v")]
    [InlineData("12_prune.pt", "weight_orig")]
    [InlineData("12_sn_old.pt", "weight_orig")]
    public void Case12APartOfAWeightIsNeverProposedForIt(string name, string part)
    {
        using nn.Module model = name == "12_wn_old.pt" ? nn.Conv1d(2, 3, 3) : nn.Linear(3, 2);
        using var loaded = Load(name);

        Assert.Contains("fold_weights: true", Assert.Throws<StateDictException>(() => model.load_state_dict(loaded)).Message, StringComparison.Ordinal);
        var said = Record.Exception(() => model.warm_start(loaded))?.Message ?? model.warm_start(loaded).ToString();
        Assert.DoesNotContain($"did you mean {part}", said, StringComparison.Ordinal);
    }

    [Fact]
    public void Case12WhatWasFoldedInPythonIsLoaded()
    {
        using var model = nn.Conv1d(2, 3, 3);
        using var loaded = Load("12_wn_folded.pt");

        Assert.Equal("<All keys matched successfully>", model.load_state_dict(loaded).ToString());
    }

    [Fact]
    public void Case14LTheAnnealingIsThatOfTheFile()
    {
        using var model = nn.Linear(3, 2);
        using var optimizer = optim.SGD(model.parameters(), 0.02, momentum: 0.9);
        var scheduler = optim.lr_scheduler.OneCycleLR(optimizer, max_lr: 0.5, total_steps: 20);
        using var loaded = Load("14_onecycle_lin_113.pt");

        optimizer.load_state_dict(loaded["o"]);
        scheduler.load_state_dict(loaded["s"]);

        foreach (var rate in (double[])[0.3929, 0.3571, 0.3214])
        {
            scheduler.step();
            Assert.Equal(rate, optimizer.ParamGroups.First().LearningRate, 4);
        }
    }

    [Fact]
    public void Case20ReferencesOfTorchXlaSayWhereTheirFilesAre()
    {
        Assert.Contains("20_xser.pt.tensors", Assert.ThrowsAny<CheckpointException>(() => Load("20_xser.pt")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Case26TiedWeightsOfSafetensorsHaveBothNames()
    {
        using var folder = new TemporaryFolder();
        using (var checkpoint = Checkpoint.Open(Repository.Report("26_tied.pt")))
        {
            Checkpoint.Save(checkpoint.Root, folder["tied.safetensors"], new() { Format = CheckpointFormat.Safetensors, DropShared = true });
        }

        var head = nn.Linear(2, 3, hasBias: false);
        var embed = nn.Embedding(3, 2);
        embed.weight = head.weight;
        using var model = nn.Sequential(("lm_head", head), ("model", nn.Sequential(("embed", embed))));

        Assert.Equal("<All keys matched successfully>", model.load_state_dict(torch.load(folder["tied.safetensors"], weights_only: true)).ToString());
    }

    [Theory]
    [InlineData("63_prefix_forward.pt", "_forward_module.")]
    [InlineData("63_prefix_net.pt", "net.")]
    [InlineData("63_prefix_ema.pt", "ema_model.")]
    public void Case37BThePrefixIsSaid(string name, string prefix)
    {
        using var model = nn.Linear(3, 2);
        using var loaded = Load(name);

        var error = Assert.Throws<StateDictException>(() => model.load_state_dict(loaded["state_dict"]));

        Assert.Contains($"\"{prefix}\"", error.Message, StringComparison.Ordinal);
        Assert.Contains("model.warm_start(", error.Message, StringComparison.Ordinal);
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
    public void Case59ASubclassOfADictionaryIsOne()
    {
        using var model = nn.Linear(3, 2);
        using var loaded = Load("59_od_subclass.pt");

        Assert.Equal("<All keys matched successfully>", model.load_state_dict(loaded).ToString());
    }

    [Fact]
    public void Case59NANamespaceIsIndexed()
    {
        using var loaded = Load("70_args.pt");

        Assert.Equal(0.1, (double)loaded["args"]["lr"]);
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
