using System.Diagnostics;
using Torchkeep.Tests.Formats.Safetensors;
using Torchkeep.Tests.IO;

namespace Torchkeep.Tests.Costs;

/// <summary>Indexes that name each other, files by way of links, and what is no file.</summary>
public sealed class ShardLoopTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AnIndexThatNamesItselfIsRefused()
    {
        Index("self.index.json", "self.index.json");
        Refuse("self.index.json");
    }

    [Fact]
    public void IndexesThatNameEachOtherAreRefused()
    {
        Index("p.index.json", "q.index.json");
        Index("q.index.json", "p.index.json");
        Refuse("p.index.json");
    }

    [Fact]
    public void AChainOfIndexesIsRefusedAtTheFirst()
    {
        const int Count = 3000;
        for (var i = 0; i < Count; i++)
        {
            Index($"{i}.index.json", $"{(i + 1) % Count}.index.json");
        }

        Refuse("0.index.json");
    }

    [Fact]
    public void AnIndexBehindAPickleIsRefusedToo()
    {
        File.WriteAllBytes(_folder["both.index.json"], [0x80, 2, (byte)'N', (byte)'.', .. """{"weight_map":{"a":"both.index.json"}}"""u8]);
        SmallStack.Run(() =>
        {
            Assert.NotEmpty(CheckpointVerifier.Verify(_folder["both.index.json"], cancellationToken: TestContext.Current.CancellationToken).Faults);
            _ = CheckpointScanner.Scan(_folder["both.index.json"], cancellationToken: TestContext.Current.CancellationToken);
        });
    }

    [Fact]
    public void AFileThatManyNamesLeadToIsOpenedOnce()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "links need rights on Windows");
        const int Count = 60;
        Directory.CreateSymbolicLink(_folder["d"], ".");
        File.WriteAllBytes(_folder["one"], SafetensorsBytes.File(
            $"{{{string.Join(',', Enumerable.Range(0, Count).Select(i => $"\"t{i}\":{{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[{i},{i + 1}]}}"))}}}", new byte[Count]));
        var names = Enumerable.Range(0, Count).Select(i => (Name: $"t{i}", File: $"{string.Concat(Enumerable.Repeat("d/", i % 30))}one"));
        File.WriteAllText(_folder["m.index.json"], $"{{\"weight_map\":{{{string.Join(',', names.Select(name => $"\"{name.Name}\":\"{name.File}\""))}}}}}");
        using (var checkpoint = Checkpoint.Open(_folder["m.index.json"], new ReadOptions { StrictIndex = false }))
        {
            Assert.Equal(Count, checkpoint.Tensors.Count);
            Assert.Single(checkpoint.ShardFiles);
        }

        var report = CheckpointVerifier.Verify(_folder["m.index.json"], cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(new FileInfo(_folder["m.index.json"]).Length + new FileInfo(_folder["one"]).Length, report.Length);
    }

    [Fact]
    public void WhatIsNoRegularFileIsRefusedAndNotWaitedFor()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "pipes have no paths on Windows");
        using (var make = Process.Start("mkfifo", [_folder["pipe"]]))
        {
            make.WaitForExit();
        }

        File.CreateSymbolicLink(_folder["link"], "pipe");
        foreach (var name in new[] { "pipe", "link" })
        {
            Assert.Contains("a pipe, a socket or a terminal", Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(_folder[name])).Message, StringComparison.Ordinal);
            Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(_folder[name], new ReadOptions { MemoryMap = true }));
            Assert.Throws<InvalidCheckpointException>(() => Checkpoint.OpenAll(_folder[name]));
            Assert.Throws<InvalidCheckpointException>(() => CheckpointVerifier.Verify(_folder[name], cancellationToken: TestContext.Current.CancellationToken));
            Assert.Throws<InvalidCheckpointException>(() => CheckpointScanner.Scan(_folder[name], cancellationToken: TestContext.Current.CancellationToken));
            Index("m.index.json", name);
            Refuse("m.index.json");
        }
    }

    private void Index(string name, string shard) => File.WriteAllText(_folder[name], $"{{\"weight_map\":{{\"a\":\"{shard}\"}}}}");

    private void Refuse(string name) => SmallStack.Run(() =>
    {
        Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(_folder[name]));
        Assert.Throws<InvalidCheckpointException>(() => Checkpoint.OpenAll(_folder[name]));
        Assert.Single(CheckpointVerifier.Verify(_folder[name], cancellationToken: TestContext.Current.CancellationToken).Faults);
        Assert.False(CheckpointScanner.Scan(_folder[name], cancellationToken: TestContext.Current.CancellationToken).IsClean);
    });
}
