using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Torchkeep.IO;

namespace Torchkeep.Tests.IO;

/// <summary>Whose links a save follows, and what it does not replace.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class SaveTargetTests : IDisposable
{
    private const UnixFileMode Everybodys = (UnixFileMode)0b1_111_111_111;
    private const UnixFileMode Private = (UnixFileMode)0b111_000_000;

    private readonly TemporaryFolder _folder = new();

    public SaveTargetTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "these are Linux's rules");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("model.pt")] // the file itself is a link
    [InlineData("run/model.pt")] // a directory on the way is one
    public void ALinkOfAnotherUserInEverybodysDirectoryIsNotFollowed(string name)
    {
        SkipUnlessRoot();
        Directory.CreateDirectory(_folder["victim"]);
        File.WriteAllBytes(_folder["victim/model.pt"], [9]);
        MakeEverybodys("shared");
        Link("shared/model.pt", _folder["victim/model.pt"], owner: 65534);
        Link("shared/run", _folder["victim"], owner: 65534);

        var error = Assert.Throws<UnauthorizedAccessException>(() => Save($"shared/{name}"));
        Assert.Contains("is a link of another user", error.Message, StringComparison.Ordinal);
        Assert.Equal([9], File.ReadAllBytes(_folder["victim/model.pt"]));
        Assert.Equal(["model.pt"], Directory.EnumerateFileSystemEntries(_folder["victim"]).Select(Path.GetFileName));
    }

    [Fact]
    public void NeitherIsOneToNothing()
    {
        SkipUnlessRoot();
        MakeEverybodys("shared");
        Link("shared/model.pt", _folder["made.pt"], owner: 65534);

        Assert.Throws<UnauthorizedAccessException>(() => Save("shared/model.pt"));
        Assert.False(File.Exists(_folder["made.pt"]));
    }

    [Fact]
    public void NorOneThatALinkOfOnesOwnLeadsTo()
    {
        SkipUnlessRoot();
        MakeEverybodys("shared");
        Link("shared/model.pt", _folder["made.pt"], owner: 65534);
        Link("mine.pt", "shared/model.pt", owner: 0);

        Assert.Throws<UnauthorizedAccessException>(() => Save("mine.pt"));
    }

    [Fact]
    public void ALinkOfOnesOwnOrOfTheDirectorysOwnerIsFollowed()
    {
        MakeEverybodys("shared");
        Link("shared/mine.pt", _folder["one.pt"]);
        Save("shared/mine.pt");
        Assert.True(File.Exists(_folder["one.pt"]));

        SkipUnlessRoot();
        Own(65534, "shared");
        Link("shared/owners.pt", _folder["two.pt"], owner: 65534);
        Save("shared/owners.pt");
        Assert.True(File.Exists(_folder["two.pt"]));
    }

    [Theory, InlineData(0b0_111_111_111), InlineData(0b1_111_111_101)]
    public void ALinkInADirectoryThatIsNotBothStickyAndEverybodysIsFollowed(int mode)
    {
        SkipUnlessRoot();
        Directory.CreateDirectory(_folder["shared"]);
        File.SetUnixFileMode(_folder["shared"], (UnixFileMode)mode);
        Link("shared/model.pt", _folder["made.pt"], owner: 65534);

        Save("shared/model.pt");
        Assert.True(File.Exists(_folder["made.pt"]));
    }

    [Fact]
    public void LinksAreFollowedAsTheSystemDoes()
    {
        Directory.CreateDirectory(_folder["a/b"]);
        Link("a/b/up", "..");
        Link("a/b/up.pt", "up/../c.pt");
        Save("a/b/up.pt");

        Assert.True(File.Exists(_folder["c.pt"]));
    }

    [Fact]
    public void ACircleOfDirectoriesIsAnError()
    {
        Link("a", "b");
        Link("b", "a");

        var error = Assert.Throws<IOException>(() => Save("a/model.pt"));
        Assert.Contains("in a circle", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void APipeIsNotReplaced()
    {
        Run("mkfifo", _folder["pipe"]);

        var error = Assert.Throws<UnauthorizedAccessException>(() => Save("pipe"));
        Assert.Contains("it is a pipe", error.Message, StringComparison.Ordinal);
        Assert.Equal(FileKind.Pipe, FileStatus.Of(_folder["pipe"])?.Kind);
    }

    [Fact]
    public void ASocketIsNotReplaced()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_folder["socket"]));
        Link("link", "socket");

        var error = Assert.Throws<UnauthorizedAccessException>(() => Save("link"));
        Assert.Contains("it is a socket", error.Message, StringComparison.Ordinal);
        Assert.Equal(FileKind.Socket, FileStatus.Of(_folder["socket"])?.Kind);
    }

    [Fact]
    public void ADeviceIsNotReplacedWhereverItStands()
    {
        SkipUnlessRoot();
        Run("mknod", _folder["null"], "c", "1", "3");
        Assert.SkipUnless(File.Exists(_folder["null"]), "devices cannot be made here");

        var error = Assert.Throws<UnauthorizedAccessException>(() => Save("null"));
        Assert.Contains("it is a device", error.Message, StringComparison.Ordinal);
        Assert.Equal(FileKind.CharacterDevice, FileStatus.Of(_folder["null"])?.Kind);
    }

    [Theory, InlineData("/proc/self/fd/1"), InlineData("/dev/stdout"), InlineData("/proc/self/comm")]
    public void WhatStandsInProcIsNotReplaced(string path)
    {
        Assert.SkipUnless(new FileInfo(path).LinkTarget is not { } link || !Path.IsPathRooted(link) || link.StartsWith("/proc/", StringComparison.Ordinal), "this stream is a file");
        var target = Record.Exception(() => SaveTarget.Find(path));
        Assert.IsType<UnauthorizedAccessException>(target);
    }

    [Theory, InlineData(0b100_111_101_101), InlineData(0b010_110_100_100), InlineData(0b001_110_100_100)]
    public void BitsThatLendRightsAreNotKept(int mode)
    {
        File.WriteAllBytes(_folder["model.pt"], [9]);
        File.SetUnixFileMode(_folder["model.pt"], (UnixFileMode)mode);
        Save("model.pt");

        Assert.Equal((UnixFileMode)(mode & 0b111_111_111), File.GetUnixFileMode(_folder["model.pt"]));
    }

    private static void SkipUnlessRoot() => Assert.SkipUnless(Environment.IsPrivilegedProcess, "only an administrator can make files of others");

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
    }

    private void Save(string name)
    {
        using var file = new AtomicFile(_folder[name]);
        file.Stream.Write([1, 2, 3]);
        file.Commit(flushToDisk: false);
    }

    private void MakeEverybodys(string name)
    {
        Directory.CreateDirectory(_folder[name], Private);
        File.SetUnixFileMode(_folder[name], Everybodys);
    }

    private void Link(string name, string target, int? owner = null)
    {
        File.CreateSymbolicLink(_folder[name], target);
        if (owner is { } user)
        {
            Own(user, name);
        }
    }

    private void Own(int user, string name) => Run("chown", "-h", $"{user}", _folder[name]);
}
