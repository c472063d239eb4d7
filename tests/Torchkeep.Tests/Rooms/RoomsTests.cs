namespace Torchkeep.Tests.Rooms;

public class RoomsTests
{
    private const string Outside = "Checkpoint";

    // Each uses those before it. What stands at the root is everyone's, unless it uses a room itself: then it comes last.
    private static readonly string[] _rooms = ["IO", "Tensors", "Values", "Pickle", "Torch", "Formats", Outside];

    [Fact]
    public void NoRoomUsesOneToItsRight() =>
        Assert.Empty(Violations(RoomMap.Uses(typeof(Checkpoint).Assembly.Location, "/src/Torchkeep/")));

    [Fact]
    public void EveryFolderIsARoom()
    {
        var uses = RoomMap.Uses(typeof(Checkpoint).Assembly.Location, "/src/Torchkeep/");

        Assert.Equal(["", "Formats", "IO", "Pickle", "Tensors", "Torch", "Values"], uses.Select(use => use.Folder).Distinct().Order());
    }

    [Theory]
    [InlineData("Torchkeep.Tests.Rooms.Planted.IO.UsesABody")]
    [InlineData("Torchkeep.Tests.Rooms.Planted.IO.UsesAField")]
    [InlineData("Torchkeep.Tests.Rooms.Planted.IO.UsesASignature")]
    public void APlantedViolationIsFound(string user)
    {
        var found = Violations(RoomMap.Uses(typeof(RoomsTests).Assembly.Location, "/Torchkeep.Tests/Rooms/Planted/"));

        Assert.Contains($"{user} (IO) uses Torchkeep.Tests.Rooms.Planted.Torch.Meaning (Torch)", found);
        Assert.Equal(3, found.Count);
    }

    [Fact]
    public void NoRoomImportsOneToItsRight()
    {
        // Constants leave no trace in the assembly, but the import stands in the source.
        var root = Path.Combine(Repository.Root, "src", "Torchkeep");
        var found = from folder in _rooms.Index()
                    where folder.Item != Outside
                    from file in Directory.EnumerateFiles(Path.Combine(root, folder.Item), "*.cs", SearchOption.AllDirectories)
                    from line in File.ReadLines(file)
                    from right in _rooms.Skip(folder.Index + 1)
                    where line.StartsWith($"using Torchkeep.{right}", StringComparison.Ordinal)
                    select $"{file}: {line}";

        Assert.Empty(found);
    }

    private static List<string> Violations(List<RoomMap.Use> uses)
    {
        var outside = uses.Where(use => use is { Folder: "", UsedFolder: not "" }).Select(use => use.User).ToHashSet();
        return
        [
            .. from use in uses
               let user = RoomOf(use.User, use.Folder)
               let used = RoomOf(use.Used, use.UsedFolder)
               where used > user
               select $"{use.User} ({use.Folder}) uses {use.Used} ({use.UsedFolder})",
        ];

        int RoomOf(string type, string folder) => folder.Length > 0 ? Array.IndexOf(_rooms, folder) : outside.Contains(type) ? _rooms.Length - 1 : -1;
    }
}
