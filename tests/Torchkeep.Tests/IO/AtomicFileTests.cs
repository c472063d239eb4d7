using System.IO.MemoryMappedFiles;
using System.Runtime.Versioning;
using Torchkeep.IO;

namespace Torchkeep.Tests.IO;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory, InlineData(true), InlineData(false)]
    public void AFileThatWasNotThereAppearsWhenItIsWhole(bool flushToDisk)
    {
        using (var file = new AtomicFile(_folder["model.pt"]))
        {
            file.Stream.Write([1, 2, 3]);
            Assert.False(File.Exists(_folder["model.pt"]));
            file.Commit(flushToDisk);
        }

        Assert.Equal([1, 2, 3], File.ReadAllBytes(_folder["model.pt"]));
        Assert.Equal(["model.pt"], _folder.Names);
    }

    [Fact]
    public void AnOldFileIsReplaced()
    {
        File.WriteAllBytes(_folder["model.pt"], new byte[1000]);
        Write(_folder["model.pt"], [1, 2, 3]);
        Assert.Equal([1, 2, 3], File.ReadAllBytes(_folder["model.pt"]));
        Assert.Equal(["model.pt"], _folder.Names);
    }

    [Fact]
    public void WhatIsNotCommittedLeavesTheOldFileAndNothingElse()
    {
        File.WriteAllBytes(_folder["model.pt"], [9]);
        using (var file = new AtomicFile(_folder["model.pt"]))
        {
            file.Stream.Write([1, 2, 3]);
        }

        Assert.Equal([9], File.ReadAllBytes(_folder["model.pt"]));
        Assert.Equal(["model.pt"], _folder.Names);
    }

    [Theory, InlineData(0b110_000_000), InlineData(0b110_110_110), InlineData(0b111_101_101)]
    [UnsupportedOSPlatform("windows")]
    public void TheOldFilesModeIsKept(int mode)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no file modes");
        File.WriteAllBytes(_folder["model.pt"], [9]);
        File.SetUnixFileMode(_folder["model.pt"], (UnixFileMode)mode);
        Write(_folder["model.pt"], [1]);
        Assert.Equal((UnixFileMode)mode, File.GetUnixFileMode(_folder["model.pt"]));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void ANewFileHasTheModeThatOtherNewFilesHave()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no file modes");
        File.WriteAllBytes(_folder["other"], [9]);
        Write(_folder["model.pt"], [1]);
        Assert.Equal(File.GetUnixFileMode(_folder["other"]), File.GetUnixFileMode(_folder["model.pt"]));
    }

    [Theory, InlineData(true), InlineData(false)]
    public void ALinkStaysALinkAndItsTargetIsReplaced(bool targetExists)
    {
        Directory.CreateDirectory(_folder["runs"]);
        if (targetExists)
        {
            File.WriteAllBytes(_folder["runs/17.pt"], [9]);
        }

        Link("latest.pt", "runs/17.pt");
        Link("best.pt", "latest.pt");
        Write(_folder["best.pt"], [1, 2]);
        Assert.Equal("latest.pt", new FileInfo(_folder["best.pt"]).LinkTarget);
        Assert.Equal("runs/17.pt", new FileInfo(_folder["latest.pt"]).LinkTarget);
        Assert.Equal([1, 2], File.ReadAllBytes(_folder["runs/17.pt"]));
        Assert.Equal(["17.pt"], Directory.EnumerateFileSystemEntries(_folder["runs"]).Select(Path.GetFileName));
    }

    [Fact]
    public void LinksInARoundAreRefused()
    {
        Link("a.pt", "b.pt");
        Link("b.pt", "a.pt");
        Assert.Throws<IOException>(() => new AtomicFile(_folder["a.pt"]));
        Assert.Equal(["a.pt", "b.pt"], _folder.Names);
    }

    [Fact]
    public void AMissingDirectoryIsNamed()
    {
        var error = Assert.Throws<DirectoryNotFoundException>(() => new AtomicFile(_folder["none/model.pt"]));
        Assert.Contains(_folder["none"], error.Message, StringComparison.Ordinal);
        Assert.Contains(_folder["none/model.pt"], error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ADirectoryIsNoTarget()
    {
        Directory.CreateDirectory(_folder["model"]);
        Link("link", "model");
        foreach (var name in new[] { "model", "model/", "link" })
        {
            var error = Assert.Throws<UnauthorizedAccessException>(() => new AtomicFile(_folder[name]));
            Assert.Contains("it is a directory", error.Message, StringComparison.Ordinal);
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder["model"]));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void AReadOnlyDirectoryIsTheSystemsError()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess, "an administrator may write everywhere");
        Directory.CreateDirectory(_folder["fixed"]);
        File.SetUnixFileMode(_folder["fixed"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Assert.Throws<UnauthorizedAccessException>(() => new AtomicFile(_folder["fixed/model.pt"]));
    }

    [Fact]
    public void ADeviceIsNotReplacedByAFile()
    {
        Assert.SkipUnless(File.Exists("/dev/null"), "there is no /dev/null");
        var error = Assert.Throws<UnauthorizedAccessException>(() => new AtomicFile("/dev/null"));
        Assert.Contains("stream", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheLongestNameIsPossible()
    {
        var name = new string('n', 252) + ".pt";
        Write(_folder[name], [1]);
        Assert.Equal([name], _folder.Names);
    }

    [Fact]
    public void ARelativePathStandsForTheCurrentDirectory()
    {
        var path = Path.GetRelativePath(Environment.CurrentDirectory, _folder["model.pt"]);
        Write(path, [1]);
        Assert.Equal([1], File.ReadAllBytes(_folder["model.pt"]));
    }

    [Fact]
    public void WhoeverHasTheOldFileOpenOrMappedKeepsIt()
    {
        File.WriteAllBytes(_folder["model.pt"], [9, 9, 9]);
        using var reader = new FileByteSource(_folder["model.pt"]);
        using var mapped = MemoryMappedFile.CreateFromFile(File.Open(_folder["model.pt"], FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete), null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        using var view = mapped.CreateViewAccessor(0, 3, MemoryMappedFileAccess.Read);
        Write(_folder["model.pt"], [1]);

        var bytes = new byte[3];
        reader.Read(0, bytes);
        Assert.Equal([9, 9, 9], bytes);
        Assert.Equal(9, view.ReadByte(2));
        Assert.Equal([1], File.ReadAllBytes(_folder["model.pt"]));
    }

    [Fact]
    public void WhatAKilledSaveLeftIsRemoved()
    {
        File.WriteAllBytes(_folder[".torchkeep-abcdefghij234567.tmp"], [1, 2, 3]);
        File.WriteAllBytes(_folder[".torchkeep-aaaaaaaaaaaaaaaa.tmp"], []);
        Write(_folder["model.pt"], [1]);
        Assert.Equal(["model.pt"], _folder.Names);
    }

    [Fact]
    public void WhatAnotherSaveIsWritingStays()
    {
        using var other = new AtomicFile(_folder["other.pt"]);
        other.Stream.Write([7]);
        Write(_folder["model.pt"], [1]);
        other.Commit(flushToDisk: true);
        Assert.Equal([7], File.ReadAllBytes(_folder["other.pt"]));
        Assert.Equal(["model.pt", "other.pt"], _folder.Names);
    }

    [Theory]
    [InlineData(".torchkeep-abcdefghij23456.tmp")]
    [InlineData(".torchkeep-ABCDEFGHIJ234567.tmp")]
    [InlineData(".torchkeep-abcdefghij234561.tmp")]
    [InlineData(".torchkeep-abcdefghij234567.tmp.pt")]
    [InlineData(".torchkeep-notes")]
    public void AUsersFileIsNoStray(string name)
    {
        File.WriteAllBytes(_folder[name], [1]);
        Write(_folder["model.pt"], [1]);
        Assert.Equal([name, "model.pt"], _folder.Names);
    }

    [Fact]
    public void ALinkOfAStraysNameIsNotFollowed()
    {
        File.WriteAllBytes(_folder["mine"], [1]);
        Link(".torchkeep-abcdefghij234567.tmp", "mine");
        Directory.CreateDirectory(_folder[".torchkeep-bbbbbbbbbbbbbbbb.tmp"]);
        Write(_folder["model.pt"], [1]);
        Assert.Equal([1], File.ReadAllBytes(_folder["mine"]));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void APipeOfAStraysNameDoesNotHoldUpTheSave()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such pipes");
        using var make = System.Diagnostics.Process.Start("mkfifo", [_folder[".torchkeep-abcdefghij234567.tmp"]]);
        make.WaitForExit();
        Write(_folder["model.pt"], [1]);
        Assert.Equal([1], File.ReadAllBytes(_folder["model.pt"]));
    }

    [Fact]
    public void ADirectoryThatVanishesIsNamed()
    {
        Directory.CreateDirectory(_folder["runs"]);
        using (var file = new AtomicFile(_folder["runs/model.pt"]))
        {
            file.Stream.Write([1, 2, 3]);
            Directory.Delete(_folder["runs"], recursive: true);
            var error = Assert.Throws<DirectoryNotFoundException>(() => file.Commit(flushToDisk: true));
            Assert.Contains("is gone", error.Message, StringComparison.Ordinal);
        }

        Assert.Empty(_folder.Names);
    }

    [Fact]
    public void InADirectoryThatIsMovedAwayNothingButAnEmptyStrayIsLeft()
    {
        Directory.CreateDirectory(_folder["runs"]);
        using (var file = new AtomicFile(_folder["runs/model.pt"]))
        {
            file.Stream.Write(new byte[1000]);
            Directory.Move(_folder["runs"], _folder["moved"]);
            Assert.Throws<DirectoryNotFoundException>(() => file.Commit(flushToDisk: true));
        }

        Assert.Equal(0, new DirectoryInfo(_folder["moved"]).EnumerateFiles().Sum(file => file.Length));
        Write(_folder["moved/model.pt"], [1]);
        Assert.Equal(["model.pt"], Directory.EnumerateFileSystemEntries(_folder["moved"]).Select(Path.GetFileName));
    }

    [Fact]
    public void ATargetThatBecomesADirectoryIsLeftAlone()
    {
        using (var file = new AtomicFile(_folder["model.pt"]))
        {
            Directory.CreateDirectory(_folder["model.pt"]);
            var error = Record.Exception(() => file.Commit(flushToDisk: true));
            Assert.True(error is IOException or UnauthorizedAccessException, error?.ToString());
        }

        Assert.Equal(["model.pt"], _folder.Names);
    }

    private void Link(string name, string target)
    {
        try
        {
            File.CreateSymbolicLink(_folder[name], target);
        }
        catch (IOException) when (OperatingSystem.IsWindows())
        {
            Assert.Skip("this account may not make links");
        }
    }

    private static void Write(string path, byte[] bytes)
    {
        using var file = new AtomicFile(path);
        file.Stream.Write(bytes);
        file.Commit(flushToDisk: false);
    }
}
