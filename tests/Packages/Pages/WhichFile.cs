#:package Torchkeep@0.1.0

using Torchkeep;

// Three files to look at. Use your own in their place: dotnet run app.cs -- model.pth
string[] files = args.Length > 0 ? args : ["model.pth", "old.pt", "model.safetensors"];
if (args.Length == 0)
{
    var state = new PyDict(isOrdered: true) { { "fc.weight", TensorView.FromArray(new float[6], ElementType.Float32, 2, 3) } };
    Checkpoint.Save(state, "model.pth");
    Checkpoint.Save(state, "old.pt", new WriteOptions { Format = CheckpointFormat.TorchLegacy });
    Checkpoint.Save(state, "model.safetensors", new WriteOptions { Format = CheckpointFormat.Safetensors });
}

foreach (var file in files)
{
    try
    {
        using var checkpoint = Checkpoint.Open(file);
        Console.WriteLine($"{file}: {checkpoint.Format}, tensors: {checkpoint.Tensors.Count}");
    }
    catch (Exception error) when (error is CheckpointException or IOException)
    {
        Console.WriteLine($"{file}: {error.Message}");
    }
}
