namespace Torchkeep.Tests.Rooms.Planted.Torch;

internal sealed class Meaning;
