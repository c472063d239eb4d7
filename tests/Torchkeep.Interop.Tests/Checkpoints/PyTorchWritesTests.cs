using Torchkeep.Interop.Tests.PyTorch;

namespace Torchkeep.Interop.Tests.Checkpoints;

/// <summary>What PyTorch saves is opened and found to be, bit by bit, the object that PyTorch had in memory.</summary>
public sealed class PyTorchWritesTests
{
    public static TheoryData<string, string> Makers => Cases.ByMaker();

    public static TheoryData<string, int, string> Protocols =>
    [
        .. from maker in Interpreters.Names
           from protocol in Enumerable.Range(0, 6)
           from name in new[] { "values_of_any_protocol", "tensors_of_any_protocol" }

           // Protocol 0 makes text of the ids of storages, which PyTorch cannot read either.
           where protocol > 0 || name == "values_of_any_protocol"
           select new TheoryDataRow<string, int, string>(maker, protocol, name),
    ];

    public static TheoryData<string, SavingWay> Ways =>
    [
        .. from maker in Interpreters.Names
           from way in Enum.GetValues<SavingWay>()
           where way != SavingWay.Tar && (maker != Interpreters.Old || way is SavingWay.Stream or SavingWay.Rezipped or SavingWay.Legacy)
           select new TheoryDataRow<string, SavingWay>(maker, way),
    ];

    public static TheoryData<string, string> FileNames =>
    [
        .. from maker in Interpreters.Names
           from name in new[] { "a.b.c.pt", "no extension", "back\\slash.pt", "weird;name+.pt", "модель.pt", "..pt", "x." }
           select new TheoryDataRow<string, string>(maker, name),
    ];

    [Theory]
    [MemberData(nameof(Makers))]
    public void AnObjectIsWhatItWas(string maker, string name)
    {
        var judge = Judge.Named(maker);
        using var folder = judge.NewFolder();
        var expected = Cases.Make(judge, name, folder["object.pt"]);

        using var checkpoint = Checkpoint.Open(folder["object.pt"]);

        Same.Lines(expected, Description.Of(checkpoint.Root));
    }

    [Theory]
    [MemberData(nameof(Makers))]
    public void AnObjectInTheStreamOfBeforeIsWhatItWas(string maker, string name)
    {
        var judge = Judge.Named(maker);
        using var folder = judge.NewFolder();
        var expected = Cases.Make(judge, name, folder["object.pt"], SavingWay.Legacy);

        using var checkpoint = Checkpoint.Open(folder["object.pt"]);

        Assert.Equal(CheckpointFormat.TorchLegacy, checkpoint.Format);
        Same.Lines(expected, Description.Of(checkpoint.Root));
    }

    [Theory]
    [MemberData(nameof(Cases.ByInterpreter), MemberType = typeof(Cases))]
    public void ATarFileIsWhatPyTorchReadsInIt(string reader)
    {
        var judge = Judge.Named(reader);
        using var folder = judge.NewFolder();
        var expected = judge.Make("plain_tensors", folder["object.pt"], way: SavingWay.Tar);

        using var checkpoint = Checkpoint.Open(folder["object.pt"]);

        Assert.Equal(CheckpointFormat.TorchTar, checkpoint.Format);
        Same.Lines(expected, Description.Of(checkpoint.Root));
        Same.Lines(expected, judge.Describe(folder["object.pt"], trusted: true));
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public void AnyPickleProtocolIsReadInTheStreamOfBefore(string maker, int protocol, string name)
    {
        var judge = Judge.Named(maker);
        using var folder = judge.NewFolder();
        var expected = judge.Make(name, folder["object.pt"], protocol, SavingWay.Legacy);

        using var checkpoint = Checkpoint.Open(folder["object.pt"]);

        Same.Lines(expected, Description.Of(checkpoint.Root));
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public void AnyPickleProtocolIsRead(string maker, int protocol, string name)
    {
        var judge = Judge.Named(maker);
        using var folder = judge.NewFolder();
        var expected = judge.Make(name, folder["object.pt"], protocol);

        using var checkpoint = Checkpoint.Open(folder["object.pt"]);

        Same.Lines(expected, Description.Of(checkpoint.Root));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void AnyWayOfSavingIsRead(string maker, SavingWay way)
    {
        var judge = Judge.Named(maker);
        using var folder = judge.NewFolder();
        var expected = judge.Make("training_state", folder["object.pt"], way: way);

        using var checkpoint = Checkpoint.Open(folder["object.pt"]);

        Same.Lines(expected, Description.Of(checkpoint.Root));
    }

    [Theory]
    [MemberData(nameof(FileNames))]
    public void AFileOfAnyNameIsRead(string maker, string name)
    {
        var judge = Judge.Named(maker);
        using var folder = judge.NewFolder();
        var expected = judge.Make("bare_tensor", folder[name]);

        using var checkpoint = Checkpoint.Open(folder[name]);

        Same.Lines(expected, Description.Of(checkpoint.Root));
    }

    [Fact]
    public void AGradientOfAYoungTypeIsReadThoughPyTorchFailsTo()
    {
        var judge = Judge.Named(Interpreters.Newest);
        using var folder = judge.NewFolder();
        var expected = judge.Make("young_requires_grad", folder["object.pt"]);

        using var checkpoint = Checkpoint.Open(folder["object.pt"]);

        Same.Lines(expected, Description.Of(checkpoint.Root));
        Assert.StartsWith("RuntimeError: a leaf Variable", Assert.Throws<JudgeException>(() => judge.Describe(folder["object.pt"])).Message, StringComparison.Ordinal);
    }
}
