namespace Torchkeep.Tests.Rooms.Planted.IO;

internal sealed class UsesAField
{
    internal Torch.Meaning? Meaning { get; set; }
}
