using Quickstart;
using Torchkeep;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

var folder = Directory.CreateDirectory(args.Length > 0 ? args[0] : Path.Combine(Path.GetTempPath(), "torchkeep-quickstart")).FullName;
var PATH = Path.Combine(folder, "digits.pth");
var SAMPLES = Path.Combine(folder, "digits-samples.pth");
random.manual_seed(1);

// 1. A small net learns to read noisy digits.
var (images, labels) = Digits.Draw(2000, seed: 1);
var (testImages, testLabels) = Digits.Draw(500, seed: 2);
using var model = new Net();
using var optimizer = optim.Adam(model.parameters(), lr: 5e-3);
Console.WriteLine("Training a convolutional net with BatchNorm and Dropout on 2,000 noisy drawings of digits");
for (var epoch = 1; epoch <= 20; epoch++)
{
    var loss = Train(model, optimizer, images, labels);
    if (epoch % 5 == 0)
    {
        Console.WriteLine($"  epoch {epoch,2}  loss {loss:F3}  accuracy on 500 unseen ones {Accuracy(model, testImages, testLabels):P1}");
    }
}

// 2. It is saved as PyTorch saves it.
torch.save(model.state_dict(keep_vars: false), PATH);
Console.WriteLine($"\nSaved its state_dict: {PATH} ({new FileInfo(PATH).Length:N0} bytes)");

// 3. A new net loads it and predicts the same.
using var loaded = new Net();
loaded.load_state_dict(torch.load(PATH, weights_only: true));
loaded.eval();
var samples = testImages[..10];
var expected = Predict(model, samples);
var predicted = Predict(loaded, samples);
Console.WriteLine("\nA new net, loaded and in eval mode:");
Show("drawn digits", Text(testLabels[..10]));
Show("the trained net says", Text(expected.argmax(1)));
Show("the loaded net says", $"{Text(predicted.argmax(1))}   all 100 scores equal: {expected.allclose(predicted, rtol: 0, atol: 0)}");

// 4. Without eval() Dropout drops and BatchNorm takes the statistics of the batch, so that results depend on chance and company.
loaded.train();
Console.WriteLine("\nThe same net without eval():");
for (var attempt = 1; attempt <= 2; attempt++)
{
    using var scores = Predict(loaded, samples);
    Show($"attempt {attempt}", $"{Text(scores.argmax(1))}   all 100 scores equal: {expected.allclose(scores, rtol: 0, atol: 0)}");
}

// BatchNorm went on counting, too: what was loaded is no longer what was saved.
loaded.load_state_dict(torch.load(PATH, weights_only: true));
loaded.eval();

// 5. What is in the two state_dicts.
Console.WriteLine("\nThe model's state_dict:");
foreach (var (name, tensor) in loaded.state_dict(keep_vars: false))
{
    Console.WriteLine($"  {name,-28} {Shape(tensor)}");
}

Console.WriteLine("\nThe optimizer's state_dict:");
var state = optimizer.state_dict();
foreach (var ((name, _), i) in model.named_parameters().Select((parameter, i) => (parameter, i)))
{
    var adam = (Adam.State)state.State[i];
    Console.WriteLine($"  {name,-28} step {adam.step}, exp_avg {Shape(adam.exp_avg)}, exp_avg_sq {Shape(adam.exp_avg_sq)}");
}

var options = (Adam.Options)state.Options[0];
Console.WriteLine($"  param_groups: lr {options.LearningRate}, betas ({options.beta1}, {options.beta2}), eps {options.eps}, weight_decay {options.weight_decay}");

// 6. Python opens the same file.
torch.save_checkpoint(new Dictionary<string, Tensor> { ["images"] = samples, ["scores"] = predicted }, SAMPLES);
Console.WriteLine();
if (PythonSide.Run(PATH, SAMPLES) is { } answer)
{
    Console.WriteLine($"Python ({answer.Version}) loads it with torch.load's defaults under strict=True:");
    Show("this net says", Text(predicted.argmax(1)));
    Show("Python's net says", $"{answer.Digits}   largest difference of a score: {answer.Difference:E1}");
    return answer.Digits == Text(predicted.argmax(1)) && answer.Difference < 1e-4 ? 0 : 1;
}

Console.WriteLine("No Python with torch is at hand (TORCHKEEP_PYTHON names one); the file opens there with");
Console.WriteLine($"  model.load_state_dict(torch.load('{PATH}'))");
return 0;

static double Train(Net model, optim.Optimizer optimizer, Tensor images, Tensor labels)
{
    const int BatchSize = 50;
    model.train();
    using var order = randperm(images.shape[0]);
    var total = 0.0;
    for (var start = 0; start < images.shape[0]; start += BatchSize)
    {
        using var scope = NewDisposeScope();
        var batch = order[start..(start + BatchSize)];
        optimizer.zero_grad();
        var loss = nn.functional.cross_entropy(model.forward(images[batch]), labels[batch]);
        loss.backward();
        optimizer.step();
        total += loss.item<float>() * BatchSize;
    }

    return total / images.shape[0];
}

static double Accuracy(Net model, Tensor images, Tensor labels)
{
    model.eval();
    using var scope = NewDisposeScope();
    return Predict(model, images).argmax(1).eq(labels).to(float32).mean().item<float>();
}

static Tensor Predict(Net model, Tensor images)
{
    using var noGradients = no_grad();
    return model.forward(images);
}

static string Text(Tensor digits) => string.Join(' ', digits.data<long>());

static string Shape(Tensor tensor) => $"[{string.Join(", ", tensor.shape)}]";

static void Show(string what, string text) => Console.WriteLine($"  {what,-22} {text}");
