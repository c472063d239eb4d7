using System.Formats.Tar;
using System.Text;
using Torchkeep.IO;
using Torchkeep.Tests.Formats.Safetensors;
using Torchkeep.Tests.Formats.TorchLegacy;
using Torchkeep.Tests.Formats.TorchTar;
using Torchkeep.Tests.Formats.TorchZip;
using Torchkeep.Tests.Verification;
using static Torchkeep.Tests.PickleBytes;

namespace Torchkeep.Tests.Scanning;

public sealed class CheckpointScannerTests
{
    private static readonly byte[] _evil = Protocol2(Call(Global("os", "system"), Str("id")));

    [Theory]
    [InlineData("pytorch-2.14/state_dict.pt")]
    [InlineData("pytorch-2.14/training_state.pt")]
    [InlineData("pytorch-2.14/every_dtype.pt")]
    [InlineData("pytorch-2.14/sparse.pt")]
    [InlineData("pytorch-2.14/quantized.pt")]
    [InlineData("pytorch-1.13/every_dtype.pt")]
    [InlineData("pytorch-1.13/state_dict.pt")]
    [InlineData("saving/stream.pt")]
    public void WhatPyTorchLoadsByDefaultIsClean(string fixture)
    {
        var report = Scan(File.ReadAllBytes(Path.Combine(Repository.Root, "tests", "fixtures", fixture)));
        Assert.Empty(report.Findings);
        Assert.All(report.Globals, global => Assert.Equal(GlobalRisk.Harmless, global.Risk));
    }

    [Fact]
    public void OtherKindsThatAreWholeAreClean()
    {
        Assert.Empty(Scan(LegacyBytes.SmallFile).Findings);
        Assert.Empty(Scan(TarBytes.SmallFile).Findings);
        Assert.Empty(Scan(ValidFiles.Checked.Single(file => file.Name == "re-zipped, deflated").Bytes).Findings);
        Assert.Equal(5, Scan(LegacyBytes.SmallFile).PickleCount);
        Assert.Empty(Scan(SafetensorsBytes.Small).Findings);
        Assert.Empty(Scan(ValidFiles.Checked.Single(file => file.Name == "torch.export").Bytes).Findings);
        Assert.Empty(Scan("""{"weight_map":{"a":"b.bin"}}"""u8.ToArray()).Findings);
        Assert.Equal(["script-code"], Rules(ValidFiles.Checked.Single(file => file.Name == "TorchScript").Bytes));
    }

    [Theory, InlineData("ll"), InlineData("pp"), InlineData("lpl"), InlineData("plp")]
    public void SeveralCheckpointsInOneStreamAreClean(string kinds) =>
        Assert.Empty(Scan([.. kinds.SelectMany((kind, i) => CheckpointSequenceTests.One(kind, i))]).Findings);

    [Theory, InlineData("zz"), InlineData("zl"), InlineData("zp"), InlineData("lz")]
    public void AnArchiveAmongThemIsReadByPyTorchFromTheEndOfTheFile(string kinds) =>
        Assert.Equal(kinds[0] == 'z', Rules([.. kinds.SelectMany((kind, i) => CheckpointSequenceTests.One(kind, i))]).Any());

    [Fact]
    public void AWordIsAPickleWhereItIsAllThereIs()
    {
        Assert.Contains("unknown-global", Rules("conv.weight"u8.ToArray()));
        Assert.Empty(Rules(Protocol2(Dict((Str("conv1.weight"), Str("class\nname"))))));
    }

    [Theory, InlineData("{"), InlineData("{L"), InlineData("[1"), InlineData(" {\"a\":1}"), InlineData("<html>"), InlineData("version https://git-lfs")]
    public void WhatFollowsAPickleDoesNotHideIt(string after) => Assert.Contains("dangerous-global", Rules([.. _evil, .. Encoding.UTF8.GetBytes(after)]));

    [Fact]
    public void AStreamOfManyIsLookedAtToItsEnd()
    {
        byte[] many = [.. Enumerable.Range(0, 3000).SelectMany(i => CheckpointSequenceTests.One(i % 2 == 0 ? 'l' : 'p', i))];
        Assert.Empty(Rules(many));
        Assert.Contains("dangerous-global", Rules([.. many, .. _evil]));
    }

    [Fact]
    public void ModulesOfTheMainProgramAreUnknownAndNotDangerous() => Assert.Equal(["unknown-global"], Rules(Protocol2(Global("__main__", "Net"))));

    [Fact]
    public void AModulesClassComesBackFromItsPersistentId()
    {
        byte[] id = [.. Tuple(Str("module"), Global("__main__", "Net"), Str("net.py"), Str("class Net: pass")), (byte)'Q'];
        Assert.Equal(["unknown-global"], Rules(Protocol2([.. id, .. EmptyArguments, 0x81])));
        Assert.Contains(Scan(Protocol2([.. id, .. EmptyArguments, 0x81])).Globals, global => global is { Name.Name: "Net", Use: GlobalUse.Instantiated });
    }

    [Fact]
    public void AMemoIndexIsReadAsPythonReadsIt()
    {
        // 1_0 is 10.
        byte[] pickle = [0x80, 2, .. Str("system"), .. "p1_0\n0"u8, .. Str("os"), .. "g10\n"u8, 0x93, .. Tuple(Str("id")), (byte)'R', (byte)'.'];
        Assert.Contains(Scan(pickle).Globals, global => global.Name is { Module: "os", Name: "system" });
    }

    [Fact]
    public void AModelOfPyTorchsOwnLayersIsClean()
    {
        var report = Scan(File.ReadAllBytes(Path.Combine(Repository.Root, "tests", "fixtures", "pytorch-2.14", "whole_module.pt")));
        Assert.Empty(report.Findings);
        Assert.Contains(report.Globals, global => global is { Name.Name: "Linear", Use: GlobalUse.Instantiated, Reason: not null });
    }

    [Fact]
    public void ACallIsToldWithItsArguments()
    {
        var report = Scan(TorchZipBytes.Build(_evil));
        var finding = report.Findings[^1];
        Assert.Equal(("dangerous-global", "archive/data.pkl"), (finding.Rule.Id, finding.Record));
        Assert.StartsWith("calls os.system('id')", finding.Message.Replace("(,)", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void NamesAreToldOnceWithTheirNumber()
    {
        var report = Scan(Protocol2(List(Call(Global("os", "getpid")), Call(Global("os", "getpid")), Call(Global("os", "getpid")))));
        Assert.Equal([(GlobalUse.Called, 3)], report.Globals.Select(global => (global.Use, global.Count)));
        Assert.Equal(["calls os.getpid(): it runs programs or controls the system"], report.Findings.Select(finding => finding.Message));
    }

    [Fact]
    public void APartThatIsPutTogetherIsFollowed()
    {
        var report = Scan(Protocol2(Call(Call(Global("builtins", "getattr"), Global("torch._utils", "torch"), Str("hub")), Str("x"))));
        Assert.Contains(report.Globals, global => global is { Name.Module: "torch._utils", Name.Name: "torch.hub", Use: GlobalUse.Called });
    }

    [Fact]
    public void ANameThatIsMadeUpIsHidden()
    {
        byte[] name = [0x80, 4, .. Str("os"), .. Call(Global("builtins", "str"), Str("system")), 0x93, (byte)'.'];
        Assert.Contains(Scan(name).Findings, finding => finding.Rule.Id == "hidden-global");
    }

    [Fact]
    public void ACallOfWhatACallMadeIsHidden() =>
        Assert.Contains(Scan(Protocol2(Call(Call(Global("collections", "Counter")), Str("x")))).Findings, finding => finding.Rule.Id == "hidden-global");

    [Fact]
    public void ExtensionNumbersAreFlagged() => Assert.Contains(Scan([0x80, 2, 0x82, 7, .. EmptyArguments, (byte)'R', (byte)'.']).Findings, finding => finding.Rule.Id == "extension-code");

    [Fact]
    public void BytesAfterTheStopAreFlagged()
    {
        Assert.Equal(["data-after-stop"], Rules(TorchZipBytes.Build([.. Protocol2(Int(1)), 1, 2, 3])));

        // A second pickle is looked at.
        Assert.Contains("dangerous-global", Rules([.. Protocol2(Int(1)), .. _evil]));
    }

    [Fact]
    public void APickleInTextIsLookedAt()
    {
        var nested = Protocol2(Str(Encoding.Latin1.GetString("cos\nsystem\n(S'id'\ntR."u8)));
        Assert.Contains("nested-pickle", Rules(nested));
        Assert.Contains("dangerous-global", Rules(nested));
    }

    [Fact]
    public void APickleUnderAnotherNameIsLookedAt()
    {
        var file = TorchZipBytes.Archive([("a/data.pkl", Protocol2(Int(1))), ("a/data/0", _evil), ("a/version", "3\n"u8.ToArray())]);
        Assert.Contains("hidden-pickle", Rules(file));
        Assert.Contains("dangerous-global", Rules(file));
    }

    [Fact]
    public void AnArchiveInAnArchiveIsLookedAt()
    {
        var inner = TorchZipBytes.Archive([("b/data.pkl", _evil)]);
        var report = Scan(TorchZipBytes.Archive([("a/data.pkl", Protocol2(Int(1))), ("a/inner.pt", inner)]));
        Assert.Contains(report.Findings, finding => finding is { Rule.Id: "dangerous-global", Record: "a/inner.pt > b/data.pkl" });
    }

    [Fact]
    public void NamesThatAreThereTwiceAreFlaggedAndBothAreLookedAt()
    {
        foreach (var second in new[] { "a/data.pkl", "a/DATA.PKL" })
        {
            var rules = Rules(new RawZip(Whole("a/data.pkl", Protocol2(Int(1))), Whole(second, _evil)).Build());
            Assert.Contains("duplicate-name", rules);
            Assert.Contains("dangerous-global", rules);
        }
    }

    [Fact]
    public void TricksWithTheContainerAreFlagged()
    {
        var plain = Whole("a/data.pkl", Protocol2(Int(1)));
        Assert.Empty(Rules(Descriptors(plain)));
        Assert.Contains("headers-disagree", Rules(Descriptors(plain with { LocalName = "a/other" })));
        Assert.Contains("headers-disagree", Rules(Descriptors(plain with { LocalMethod = 8 })));
        Assert.Contains("wrong-crc", Rules(Descriptors(plain with { Crc = 1 })));
        Assert.Contains("encrypted-record", Rules(Descriptors(plain with { Flags = 9 })));
        Assert.Contains("unowned-bytes", Rules([.. Descriptors(plain), 1, 2]));
        Assert.Contains("unsafe-name", Rules(Descriptors(Whole("../data.pkl", Protocol2(Int(1))))));
        Assert.Contains("unread-record", Rules(Descriptors(plain with { Method = 99 })));
        Assert.Contains("native-code", Rules(Descriptors(plain, Whole("a/lib.so", [0x7f, (byte)'E', (byte)'L', (byte)'F']))));
    }

    [Fact]
    public void ANameThatPythonAloneTakesIsFlagged()
    {
        byte[] name = [1, 0, 0, 0, 0, .. "a/data.pkl"u8];
        var renamed = Deferred(Whole("a/other", Protocol2(Int(1)))) with { CentralExtra = [0x75, 0x70, (byte)name.Length, 0, .. name] };
        Assert.Contains("duplicate-name", Rules(new RawZip(renamed).Build()));
        Assert.Contains("dangerous-global", Rules(Descriptors(Whole("a/data.pkl\0.txt", [.. "cos\nsystem\n(S'id'\ntR."u8]))));
    }

    [Fact]
    public void PythonSourceInAnArchiveIsFlagged() =>
        Assert.Equal(["package-code"], Rules(Descriptors(Whole("p/model/model.pkl", Protocol2(Int(1))), Whole("p/net.py", "import os"u8.ToArray()))));

    [Fact]
    public void ATarWhoseSumIsOfSignedBytesIsOneForPython()
    {
        var file = TarBytes.File(PickleBytes.Call(Global("os", "system"), Str("id")));
        file[10] = 0xff;
        file[11] = (byte)(file[11] + 1);
        var sum = file.AsSpan(0, 512).ToArray().Select((value, at) => at is >= 148 and < 156 ? ' ' : (int)(sbyte)value).Sum();
        Encoding.ASCII.GetBytes($"{Convert.ToString(sum, 8).PadLeft(6, '0')}\0 ").CopyTo(file, 148);
        Assert.Equal("tar file", Scan(file).Kind);
        Assert.Contains("dangerous-global", Rules(file));
    }

    [Fact]
    public void BytesBehindSafetensorsAreFlagged() => Assert.Contains("broken-container", Rules([.. SafetensorsBytes.Small, 1]));

    [Fact]
    public void BytesThatAlwaysSeemToBeginAPickleTakeNoTime()
    {
        byte[] file = [.. TorchZipBytes.Build(Protocol2(Int(1)))[..^10], .. Enumerable.Repeat<byte[]>([0x80, 2], 1 << 20).SelectMany(bytes => bytes)];
        var clock = System.Diagnostics.Stopwatch.StartNew();
        Assert.Contains("over-limit", Rules(file));
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void BytesBetweenRecordsAreFlagged()
    {
        // The second record says that it begins two bytes later than it does.
        var file = Descriptors(Whole("a/data.pkl", [.. Protocol2(Int(1))]), Whole("a/version", "3"u8.ToArray()));
        Assert.Empty(Rules(file));
        var gap = new RawZip(Deferred(Whole("a/data.pkl", Protocol2(Int(1)))) with { Payload = [.. Deferred(Whole("a/data.pkl", Protocol2(Int(1)))).Payload, 9, 9, 9] }).Build();
        Assert.Contains("unowned-bytes", Rules(gap));
    }

    [Fact]
    public void ADirectoryThatCannotBeFollowedIsAFindingAndItsPicklesAreLookedFor()
    {
        var rules = Rules(TorchZipBytes.Build(_evil)[..^10]);
        Assert.Contains("broken-container", rules);
        Assert.Contains("dangerous-global", rules);
    }

    [Fact]
    public void ATarFileThatIsAPickleTooIsFlagged()
    {
        var stream = new MemoryStream();
        using (var writer = new TarWriter(stream, TarEntryFormat.Ustar))
        {
            writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, "cos\nsystem\n(S'id'\ntR."));
        }

        var rules = Rules(stream.ToArray());
        Assert.Contains("polyglot", rules);
        Assert.Contains("dangerous-global", rules);
    }

    [Fact]
    public void WhatNoReaderUnpicklesIsRefused()
    {
        Assert.Throws<InvalidCheckpointException>(() => Scan("some text"u8.ToArray()));
        Assert.Throws<InvalidCheckpointException>(() => Scan([]));
    }

    [Fact]
    public void DepthIsBounded()
    {
        var pickle = _evil;
        for (var depth = 0; depth < 80; depth++)
        {
            pickle = [0x80, 3, (byte)'B', .. BitConverter.GetBytes(pickle.Length), .. pickle, (byte)'.'];
        }

        Assert.Contains("over-limit", Rules(pickle));
    }

    [Fact]
    public void EveryRuleIsInTheListOnce() => Assert.Equal(ScanRule.All.Count, ScanRule.All.Select(rule => rule.Id).Distinct().Count());

    private static byte[] EmptyArguments => [(byte)')'];

    private static RawRecord Whole(string name, byte[] bytes) => new(name, bytes);

    // What PyTorch writes: numbers behind the bytes and not before them.
    private static RawRecord Deferred(RawRecord record)
    {
        var crc = record.Crc ?? System.IO.Hashing.Crc32.HashToUInt32(record.Payload);
        var size = record.Payload.Length;
        return record with
        {
            Flags = (ushort)(record.Flags | 8),
            Crc = crc,
            CompressedSize = size,
            Payload = [.. record.Payload, 0x50, 0x4b, 7, 8, .. BitConverter.GetBytes(crc), .. BitConverter.GetBytes(size), .. BitConverter.GetBytes(size)],
        };
    }

    private static byte[] Descriptors(params RawRecord[] records) => new RawZip([.. records.Select(Deferred)]).Build();

    private static IReadOnlyList<string> Rules(byte[] file) => [.. Scan(file).Findings.Select(finding => finding.Rule.Id).Distinct()];

    private static ScanReport Scan(byte[] file)
    {
        using var source = new MemoryByteSource(file);
        return CheckpointScanner.Scan(source, cancellationToken: TestContext.Current.CancellationToken);
    }
}
