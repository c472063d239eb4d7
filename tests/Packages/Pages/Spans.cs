#:package Torchkeep@0.1.0

using System.Numerics.Tensors;
using Torchkeep;

// A file to read. Yours comes from torch.save(model.state_dict(), "model.pth") in Python.
Checkpoint.Save(
    new PyDict(isOrdered: true)
    {
        { "fc.weight", TensorView.FromArray(new float[] { 1, 2, 3, 4, 5, 6 }, ElementType.Float32, 2, 3) },
        { "fc.bias", TensorView.FromArray(new float[] { 0.5f, -0.5f }, ElementType.Float32, 2) },
    },
    "model.pth");

using var file = Checkpoint.Open("model.pth");
float[] w = file.FindTensor("fc.weight").ToArray<float>();
float[] b = file.FindTensor("fc.bias").ToArray<float>();

// A linear layer: y = w x + b. The rows of the weight follow one another.
float[] x = [1, 0, -1];
var y = new float[b.Length];
for (var row = 0; row < y.Length; row++)
{
    y[row] = TensorPrimitives.Dot<float>(w.AsSpan(row * x.Length, x.Length), x) + b[row];
}

Console.WriteLine(string.Join(' ', y));
