using TorchSharp;
using static TorchSharp.torch;

namespace Torchkeep.TorchSharp.Tests;

/// <summary>Saves to memory and loads from it.</summary>
internal static class InMemory
{
    internal static byte[] Save(object? value)
    {
        var stream = new MemoryStream();
        torch.save_checkpoint(value, stream);
        return stream.ToArray();
    }

    internal static LoadedCheckpoint Load(byte[] file, MapLocation map_location = default) =>
        torch.load(new MemoryStream(file), map_location: map_location);

    internal static LoadedCheckpoint Reload(object? value) => Load(Save(value));

    internal static Tensor Reload(Tensor tensor)
    {
        using var loaded = Reload((object)tensor);
        return loaded.tensor();
    }

    internal static (Tensor First, Tensor Second, Tensor Third) Reload(Tensor first, Tensor second, Tensor third)
    {
        using var loaded = Reload((Tensor[])[first, second, third]);
        return loaded.tensors() is [var a, var b, var c] ? (a, b, c) : throw new InvalidOperationException();
    }
}
