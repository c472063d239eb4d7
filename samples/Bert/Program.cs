using Bert;
using Torchkeep;
using TorchSharp;
using static TorchSharp.torch;

// A BERT from the folder that save_pretrained of transformers wrote. Another folder: dotnet run -- FOLDER
var folder = args.Length > 0 ? args[0] : Path.Combine(AppContext.BaseDirectory, "bert-tiny");

// 1. config.json has the sizes, model.safetensors the weights.
using var model = new BertModel(BertConfig.Read(Path.Combine(folder, "config.json")));
model.load_state_dict(Path.Combine(folder, "model.safetensors"));
model.eval();
Console.WriteLine($"loaded {model.state_dict(keep_vars: false).Count} tensors");

// 2. Two sentences as numbers; the second is shorter and filled up, which the mask says. Python left what it computed.
var example = Path.Combine(folder, "expected.safetensors");
if (!File.Exists(example))
{
    return 0;
}

using var expected = torch.load(example, weights_only: true);
using var ids = expected["input_ids"].tensor();
using var mask = expected["attention_mask"].tensor();
using var noGradients = no_grad();
var (hidden, pooled) = model.forward(ids, mask);
var difference = Math.Max(Difference(hidden, "last_hidden_state"), Difference(pooled, "pooler_output"));
Console.WriteLine($"largest difference from Python: {difference:E1}");
return difference < 1e-4 ? 0 : 1;

float Difference(Tensor result, string name) => (result - expected[name].tensor()).abs().max().item<float>();
