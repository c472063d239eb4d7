using Torchkeep;
using TorchSharp;
using static TorchSharp.torch;

// A network that was made in Python runs in TorchSharp, and gives the same scores. resnet18.py writes the files.
var folder = args.Length > 0 ? args[0] : ".";
if (!File.Exists(Path.Combine(folder, "resnet18.pth")))
{
    Console.WriteLine($"There is no resnet18.pth in '{folder}'. Make it with: python3 resnet18.py {folder}");
    return 1;
}

// 1. The architecture is TorchSharp's, the weights are from the file. load_state_dict checks every name and shape.
using var model = torchvision.models.resnet18();
model.load_state_dict(Path.Combine(folder, "resnet18.pth"));

// 2. Without this BatchNorm would use the statistics of the batch.
model.eval();

// 3. The same picture, the same scores.
using var expected = torch.load(Path.Combine(folder, "expected.pth"), weights_only: true);
using var picture = expected["picture"].tensor();
using var scores = expected["scores"].tensor();
using var noGradients = no_grad();
using var result = model.forward(picture);
var difference = (result - scores).abs().max().item<float>();
Console.WriteLine($"{model.parameters().Sum(parameter => parameter.numel()):N0} parameters");
Console.WriteLine($"class in Python: {scores.argmax().item<long>()}, here: {result.argmax().item<long>()}");
Console.WriteLine($"largest difference of 1,000 scores: {difference:E1}");

// 4. Ready for another task: a new last layer with ten classes, everything else from the file.
using var finetuned = torchvision.models.resnet18(num_classes: 10);
var report = finetuned.warm_start(Path.Combine(folder, "resnet18.pth"), new() { skip_mismatched = true });
finetuned.train();
Console.WriteLine(report);
return difference < 1e-3 ? 0 : 1;
