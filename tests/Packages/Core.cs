#:package Torchkeep@0.1.0

using Torchkeep;

var state = new PyDict(isOrdered: true)
{
    { "fc.weight", TensorView.FromArray(new float[] { 1, 2, 3, 4, 5, 6 }, ElementType.Float32, 2, 3) },
    { "fc.bias", TensorView.FromArray(new float[] { 0.5f, -0.5f }, ElementType.Float32, 2) },
};
Checkpoint.Save(state, "model.pth");

using var checkpoint = Checkpoint.Open("model.pth");
foreach (var tensor in checkpoint.Tensors)
{
    Console.WriteLine($"{tensor.Name}: {tensor.View}");
}

float[] bias = checkpoint.FindTensor("fc.bias").ToArray<float>();
Console.WriteLine(bias[0]);
