namespace Torchkeep.Tests.Rooms.Planted.IO;

internal sealed class UsesASignature
{
    internal static void Run(List<Torch.Meaning> meanings) => meanings.Clear();
}
