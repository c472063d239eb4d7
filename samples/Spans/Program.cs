using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;
using Torchkeep;

// The weights of a PyTorch file in two runtimes that do not know PyTorch. No libtorch is loaded.
var folder = Path.Combine(AppContext.BaseDirectory, "files");
using var weights = Checkpoint.Open(Path.Combine(folder, "net.pth"));
using var expected = Checkpoint.Open(Path.Combine(folder, "expected.pth"));
var shape = expected.FindTensor("x").Shape.ToArray();
var x = expected.FindTensor("x").ToArray<float>();
var y = expected.FindTensor("y").ToArray<float>();

// 1. ONNX Runtime. net.onnx has the operations; the weights are inputs with the names of the state_dict.
using var session = new InferenceSession(Path.Combine(folder, "net.onnx"));
var inputs = new Dictionary<string, OrtValue> { ["x"] = OrtValue.CreateTensorValueFromMemory(x, shape) };
foreach (var tensor in weights.Tensors)
{
    inputs[tensor.Name] = OrtValue.CreateTensorValueFromMemory(tensor.View.ToArray<float>(), [.. tensor.View.Shape]);
}

using var run = new RunOptions();
using var results = session.Run(run, inputs, ["y"]);
var byOnnx = results[0].GetTensorDataAsSpan<float>().ToArray();

// 2. System.Numerics.Tensors: the same layers as loops over spans.
var hidden = Linear(x, "fc1");
TensorPrimitives.Max(hidden, 0, hidden);
var byPrimitives = Linear(hidden, "fc2");

Console.WriteLine($"PyTorch:          {string.Join(' ', y.Select(value => $"{value,7:F4}"))}");
var worst = Math.Max(Report("ONNX Runtime:", byOnnx), Report("TensorPrimitives:", byPrimitives));
return worst < 1e-5 ? 0 : 1;

// Each row of the input times each row of the weight, plus the bias.
float[] Linear(float[] input, string layer)
{
    var weight = weights.FindTensor($"{layer}.weight").ToArray<float>();
    var bias = weights.FindTensor($"{layer}.bias").ToArray<float>();
    var width = weight.Length / bias.Length;
    var output = new float[input.Length / width * bias.Length];
    for (var i = 0; i < output.Length; i++)
    {
        var (row, column) = Math.DivRem(i, bias.Length);
        output[i] = TensorPrimitives.Dot<float>(input.AsSpan(row * width, width), weight.AsSpan(column * width, width)) + bias[column];
    }

    return output;
}

float Report(string runtime, float[] result)
{
    var difference = result.Zip(y, (a, b) => Math.Abs(a - b)).Max();
    Console.WriteLine($"{runtime,-18}{string.Join(' ', result.Select(value => $"{value,7:F4}"))}  largest difference: {difference:E1}");
    return difference;
}
