using System.Security.Cryptography;
using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace Torchkeep.GpuBenchmarks;

/// <summary>What is loaded onto the device and saved from it has the bits that PyTorch wrote and then reads.</summary>
internal sealed class Checks(string folder, Device device)
{
    private readonly Dictionary<string, string> _hashes = JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(Path.Combine(folder, "hashes.json")))!;
    private int _failures;

    internal int Run()
    {
        foreach (var file in new[] { "kinds.pt", "kinds.legacy.pt", "kinds.safetensors" })
        {
            Check($"{file} to the device", () => Compare(Open(file, device)));
            Check($"{file} to device 0", () => Compare(Open(file, $"{device.type.ToString().ToLowerInvariant()}:0")));
            Check($"{file} to the CPU", () => Compare(Open(file, "cpu")));
        }

        Check("kinds.pt mapped", () => Compare(torch.load(Path.Combine(folder, "kinds.pt"), map_location: device, mmap: true)));
        Check("tied tensors share memory", Tied);
        Check("into a model", IntoAModel);
        Check("a damaged file leaves the model as it was", Damaged);
        Check("a snapshot", Snapshot);
        Check("save", () => torch.save_checkpoint(AllOf("kinds.pt"), Path.Combine(folder, "saved.pt")));
        Check("save in the background", () => torch.async_save(AllOf("kinds.pt"), Path.Combine(folder, "saved-async.pt")).GetAwaiter().GetResult());
        Check("save as safetensors", () => torch.save_checkpoint(AllOf("kinds.pt"), Path.Combine(folder, "saved.safetensors"), new() { Format = CheckpointFormat.Safetensors, DropShared = true }));
        Check("an optimizer", Optimizer);
        Console.WriteLine($"{_failures} failures");
        return _failures;
    }

    private void Check(string name, Action check)
    {
        try
        {
            check();
            Console.WriteLine($"passed {name}");
        }
        catch (Exception error)
        {
            _failures++;
            Console.WriteLine($"failed {name}: {error.GetType().Name}: {error.Message.Split('\n')[0]} {error.StackTrace?.Split('\n')[0].Trim()}");
        }
    }

    private LoadedCheckpoint Open(string file, MapLocation location) => torch.load_checkpoint(Path.Combine(folder, file), location);

    private StateDict AllOf(string file)
    {
        using var loaded = Open(file, device);
        return loaded.state_dict();
    }

    private void Compare(LoadedCheckpoint loaded)
    {
        using (loaded)
        {
            using var scope = NewDisposeScope();
            var count = 0;
            foreach (var (name, tensor) in loaded.state_dict())
            {
                using var here = tensor.cpu().contiguous();
                var hash = Convert.ToHexStringLower(SHA256.HashData(here.bytes));
                count++;
                if (hash != _hashes[name])
                {
                    throw new InvalidDataException($"'{name}' on {tensor.device} has other bits");
                }
            }

            if (count == 0)
            {
                throw new InvalidDataException("there is no tensor");
            }
        }
    }

    private void Tied()
    {
        using var scope = NewDisposeScope();
        var state = AllOf("kinds.pt");
        using (no_grad())
        {
            state["tied.a"].zero_();
        }

        Require(state["tied.b"].abs().sum().item<float>() == 0, "the tied tensor is another one");
    }

    private nn.Module<Tensor, Tensor> Net() =>
        nn.Sequential(("0", nn.Linear(1024, 2048)), ("1", nn.BatchNorm1d(2048)), ("2", nn.Linear(2048, 3, hasBias: false))).to(device);

    private void IntoAModel()
    {
        using var net = Net();
        net.load_state_dict(Path.Combine(folder, "net.pt"));
        using var loaded = torch.load(Path.Combine(folder, "net.pt"), map_location: "cpu");
        foreach (var (name, tensor) in loaded.state_dict())
        {
            using var found = net.state_dict()[name].cpu();
            Require(found.bytes.SequenceEqual(tensor.bytes), $"'{name}' has other bits");
        }
    }

    private void Damaged()
    {
        var bytes = File.ReadAllBytes(Path.Combine(folder, "net.pt"));
        bytes[bytes.Length / 2] ^= 1;
        var path = Path.Combine(folder, "damaged.pt");
        File.WriteAllBytes(path, bytes);
        using var net = Net();
        var before = net.parameters().Select(parameter => parameter.cpu().bytes.ToArray()).ToList();
        try
        {
            net.load_state_dict(path);
        }
        catch (InvalidCheckpointException)
        {
            Require(net.parameters().Zip(before).All(pair => pair.First.cpu().bytes.SequenceEqual(pair.Second)), "the model has changed");
            return;
        }

        throw new InvalidDataException("the damage was not seen");
    }

    private void Snapshot()
    {
        using var net = Net();
        using var snapshot = net.snapshot();
        var before = net.parameters().Select(parameter => parameter.cpu().bytes.ToArray()).ToList();
        using (no_grad())
        {
            foreach (var parameter in net.parameters())
            {
                parameter.zero_();
            }
        }

        snapshot.restore();
        Require(net.parameters().Zip(before).All(pair => pair.First.cpu().bytes.SequenceEqual(pair.Second)), "the model is another one");
    }

    private void Optimizer()
    {
        using var net = Net();
        var adam = optim.Adam(net.parameters());
        var x = randn([4, 1024], device: device);
        net.forward(x).pow(2).mean().backward();
        adam.step();
        var path = Path.Combine(folder, "run.pt");
        torch.save_checkpoint(new Dictionary<string, object> { ["model"] = net.state_dict(keep_vars: false), ["optimizer"] = adam.state_dict() }, path);
        using var other = Net();
        var again = optim.Adam(other.parameters());
        using var run = torch.load(path, weights_only: true);
        other.load_state_dict(run["model"]);
        again.load_state_dict(run["optimizer"]);
        foreach (var (module, optimizer) in new[] { (net, adam), (other, again) })
        {
            optimizer.zero_grad();
            module.forward(x).pow(2).mean().backward();
            optimizer.step();
        }

        Require(net.parameters().Zip(other.parameters()).All(pair => pair.First.cpu().bytes.SequenceEqual(pair.Second.cpu().bytes)), "the next step differs");
    }

    private static void Require(bool isTrue, string otherwise)
    {
        if (!isTrue)
        {
            throw new InvalidDataException(otherwise);
        }
    }
}
