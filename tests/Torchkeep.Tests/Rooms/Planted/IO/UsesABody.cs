namespace Torchkeep.Tests.Rooms.Planted.IO;

internal sealed class UsesABody
{
    internal static string Run() => new Torch.Meaning().ToString()!;
}
