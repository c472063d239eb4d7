using Torchkeep.Tests.IO;

namespace Torchkeep.Tests.Saving;

/// <summary>A disk that fills up in the middle of a save, on a small file system of the test's own.</summary>
public sealed class FullDiskTests(ITestOutputHelper output) : IDisposable
{
    private const int Size = 1 << 20;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void LeavesTheOldFileAndNothingElse()
    {
        using var disk = SmallDisk.Mount(_folder.Path, "size=4m");
        var path = _folder["model.pt"];
        Save(path, 1);
        var needed = new FileInfo(path).Length;
        var points = Torture.IsFull ? 100 : 10;
        for (var point = 0; point < points; point++)
        {
            var free = point * needed / points;
            using (var filler = File.Create(_folder["filler"]))
            {
                filler.SetLength(0);
                var all = new DriveInfo(_folder.Path).AvailableFreeSpace;
                filler.Write(new byte[Math.Max(0, all - free)]);
            }

            Assert.ThrowsAny<IOException>(() => Save(path, 2));
            Assert.Equal(1, Torture.NumberOf(path));
            Assert.Equal(["filler", "model.pt"], _folder.Names);
        }

        File.Delete(_folder["filler"]);
        Save(path, 3);
        Assert.Equal(3, Torture.NumberOf(path));
        output.WriteLine($"{points} saves to a disk that filled up on the way: the old file each time, and nothing else");
    }

    [Fact]
    public void AReadOnlyDiskIsTheSystemsError()
    {
        using var disk = SmallDisk.Mount(_folder.Path, "size=4m");
        Save(_folder["model.pt"], 1);
        disk.Remount("ro");
        var error = Record.Exception(() => Save(_folder["model.pt"], 2));
        Assert.True(error is IOException or UnauthorizedAccessException, error?.ToString());
        Assert.Equal(1, Torture.NumberOf(_folder["model.pt"]));
        Assert.Equal(["model.pt"], _folder.Names);
    }

    private static void Save(string path, int number)
    {
        var bytes = new byte[Size];
        bytes.AsSpan().Fill((byte)number);
        Checkpoint.Save(new PyDict { { "number", number }, { "weights", TensorView.FromArray(bytes, ElementType.UInt8, Size) } }, path);
    }
}
