using System.Security.Cryptography;
using Torchkeep;
using TorchSharp;
using Training;
using static TorchSharp.torch;

// Trains a small net, and can be killed at any moment: started again it goes on where it was, and ends with the same bits.
const int Samples = 400;
const int BatchSize = 40;
const int BatchesAnEpoch = Samples / BatchSize;
const int Steps = 12 * BatchesAnEpoch;
const int SaveEvery = 3;

var folder = args.Length > 0 ? args[0] : Path.Combine(Path.GetTempPath(), "torchkeep-training");
var checkpoints = new CheckpointFolder(folder) { keep_last = 2, keep_best = 1 };

// The order in which threads add up is not the same in every run.
set_num_threads(1);
random.manual_seed(1);
using var inputs = randn(Samples, 8);
using var targets = (inputs * inputs).sum(1, keepdim: true).sin();
using var model = new Net();
using var optimizer = optim.AdamW(model.parameters(), lr: 0.02, weight_decay: 0.01);
var scheduler = optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max: Steps);
var (step, order) = (0L, randperm(Samples));

// 1. Where the last run ended, if there was one. A damaged file is passed over for the one before it.
if (checkpoints.find_latest() is { } latest)
{
    foreach (var (path, reason) in latest.passed_over)
    {
        Console.WriteLine($"passed over {path}: {reason}");
    }

    using var loaded = torch.load(latest.path, weights_only: true);
    model.load_state_dict(loaded["model"]);
    optimizer.load_state_dict(loaded["optimizer"]);
    scheduler.load_state_dict(loaded["scheduler"]);
    step = (long)loaded["step"];
    order = loaded["order"].tensor();
    torch.set_rng_state(loaded["rng"].tensor());
    Console.WriteLine($"resumed from {Path.GetFileName(latest.path)}");
}

// 2. Training. Whatever the next step depends on is in the checkpoint: weights, optimizer, schedule, the order of the
// data, and the state of the random numbers, from which Dropout and the next order are drawn.
model.train();
while (step < Steps)
{
    using var scope = NewDisposeScope();
    var batch = (int)(step % BatchesAnEpoch);
    if (batch == 0 && step > 0)
    {
        order.Dispose();
        order = randperm(Samples).DetachFromDisposeScope();
    }

    var chosen = order[(batch * BatchSize)..((batch + 1) * BatchSize)];
    optimizer.zero_grad();
    var loss = nn.functional.mse_loss(model.forward(inputs[chosen]), targets[chosen]);
    loss.backward();
    optimizer.step();
    scheduler.step();
    step++;
    if (step % SaveEvery == 0)
    {
        Save(loss.item<float>());
    }
}

// 3. The result, for inference anywhere.
var result = Path.Combine(folder, "model.pth");
torch.save(model.state_dict(keep_vars: false), result);
Console.WriteLine($"finished: {Hash(model)}");

void Save(float loss)
{
    var run = new Dictionary<string, object?>
    {
        ["model"] = model.state_dict(keep_vars: false),
        ["optimizer"] = optimizer.state_dict(),
        ["scheduler"] = scheduler.state_dict(),
        ["step"] = step,
        ["order"] = order,
        ["rng"] = torch.get_rng_state(),
    };
    checkpoints.save(run, step, metric: loss);
    Console.WriteLine($"step {step,3}  loss {loss:F4}  saved");
}

static string Hash(Net model)
{
    using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    foreach (var tensor in model.state_dict(keep_vars: false).Values)
    {
        hash.AppendData(tensor.bytes);
    }

    return Convert.ToHexStringLower(hash.GetHashAndReset());
}
