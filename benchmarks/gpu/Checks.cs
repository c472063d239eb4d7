using System.Security.Cryptography;
using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace Torchkeep.GpuBenchmarks;

/// <summary>Whether what goes to a device and comes from it is right, against what PyTorch wrote down beside its files (peer.py).</summary>
internal sealed class Checks(string folder, Device device)
{
    // So the checks themselves can be tried without a GPU.
    private readonly string _there = device.type == DeviceType.CUDA ? "cuda" : "cpu";
    private int _failures;

    internal int Run()
    {
        foreach (var file in new[] { "all.pt", "all.legacy.pt", "pieces.pt" })
        {
            var truth = Truth(file);
            foreach (var (name, map) in new (string, MapLocation)[] { ("as saved", default), ("cpu", "cpu"), ("there", _there), ("there by number", $"{_there}:0") })
            {
                Try($"{file}, {name}", () => Compare(torch.load_checkpoint(At(file), map), truth, name));
            }

            Try($"{file}, mapped", () => Compare(torch.load_checkpoint(At(file), _there, new() { MemoryMap = true }), truth, "there"));
            Try($"{file}, one tensor at a time", () => CompareEach(torch.load_checkpoint(At(file), _there), truth));
            Try($"{file}, to the GPU and back to a file", () => RoundTrip(file));
        }

        Try("tied tensors share memory on the GPU", Ties);
        Try("a training state goes on", Train);
        Try("an entire model", () =>
        {
            using var model = torch.load_model<nn.Module<Tensor, Tensor>>(At("whole.pt"));
            Check(model.parameters().All(parameter => parameter.device_type == device.type), "a parameter is on another device");
            torch.save_checkpoint(model, At("from-whole.pt"));
        });
        Try("a file of the GPU into a model on the CPU", () =>
        {
            using var net = Net();
            net.load_state_dict(torch.load_checkpoint(At("train.pt"))["model"]);
        });
        Try("other types and layouts on the GPU", Converted);
        Try("assign", () =>
        {
            using var net = Net();
            net.load_state_dict(torch.load_checkpoint(At("train.pt"))["model"], assign: true);
            Check(net.parameters().All(parameter => parameter.device_type == device.type), "a parameter stayed on the CPU");
        });
        Try("a snapshot on the GPU", () =>
        {
            using var net = Net().to(device);
            var before = net.parameters().Select(Hash).ToList();
            using var snapshot = net.snapshot();
            Spoil(net);
            snapshot.restore();
            Check(net.parameters().Select(Hash).SequenceEqual(before), "other values");
        });
        Try("async_save keeps the moment", KeepsTheMoment);
        Try("a damaged file changes nothing", Damaged);
        Try("a cancelled save leaves the pool usable", Cancelled);
        Try("a GPU that is missing", () =>
        {
            using var loaded = torch.load_checkpoint(At("train.pt"), "cuda:7");
            try
            {
                using var tensor = loaded["model"]["0.weight"].tensor();
            }
            catch (InvalidOperationException error)
            {
                Console.WriteLine($"     {error.Message.Split('\n')[0]}");
                return;
            }

            throw new InvalidOperationException("no error");
        });
        Console.WriteLine($"{_failures} failures");
        return _failures;
    }

    private static nn.Module<Tensor, Tensor> Net() =>
        nn.Sequential(("0", nn.Conv2d(3, 4, 3)), ("1", nn.BatchNorm2d(4)), ("2", nn.ReLU()), ("3", nn.Flatten()), ("4", nn.Linear(4 * 36, 2)));

    private static void Check(bool isRight, string what)
    {
        if (!isRight)
        {
            throw new InvalidOperationException($"wrong: {what}");
        }
    }

    private static void Spoil(nn.Module net)
    {
        using var noGradients = no_grad();
        foreach (var parameter in net.parameters())
        {
            _ = parameter.fill_(7);
        }
    }

    private static string Hash(Tensor tensor)
    {
        using var detached = tensor.detach();
        using var here = detached.cpu();
        using var plain = here.contiguous();
        return Convert.ToHexStringLower(SHA256.HashData(plain.bytes));
    }

    private string At(string file) => Path.Combine(folder, file);

    private Dictionary<string, (string Sha, bool IsOnGpu)> Truth(string file)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(At(file + ".json")));
        return json.RootElement.EnumerateObject().ToDictionary(
            entry => entry.Name, entry => (entry.Value.GetProperty("sha256").GetString()!, entry.Value.GetProperty("device").GetString()!.StartsWith("cuda", StringComparison.Ordinal)));
    }

    private void Compare(LoadedCheckpoint loaded, Dictionary<string, (string Sha, bool IsOnGpu)> truth, string map)
    {
        using (loaded)
        {
            // All at once, so that what shares memory shares it there.
            var state = loaded.state_dict();
            var wrong = new List<string>();
            foreach (var (key, expected) in truth)
            {
                var isOnGpu = map switch { "as saved" => expected.IsOnGpu, "cpu" => false, _ => device.type == DeviceType.CUDA };
                wrong.AddRange(Hash(state[key]) == expected.Sha ? [] : [$"{key} has other bits"]);
                wrong.AddRange((state[key].device_type == DeviceType.CUDA) == isOnGpu ? [] : [$"{key} is on {state[key].device}"]);
            }

            Check(wrong.Count == 0, string.Join("; ", wrong));
            Console.WriteLine($"     {truth.Count} tensors");
        }
    }

    private void CompareEach(LoadedCheckpoint loaded, Dictionary<string, (string Sha, bool IsOnGpu)> truth)
    {
        using (loaded)
        {
            foreach (var (key, expected) in truth)
            {
                using var tensor = loaded[key].tensor();
                Check(Hash(tensor) == expected.Sha, key);
            }
        }
    }

    private void RoundTrip(string file)
    {
        using var loaded = torch.load_checkpoint(At(file), _there);
        var tensors = Truth(file).Keys.ToDictionary(key => key, key => loaded[key].tensor());
        torch.save_checkpoint(tensors, At($"back-{file}"));
        torch.async_save(tensors, At($"async-{file}")).GetAwaiter().GetResult();
        if (file == "pieces.pt")
        {
            // The format has no complex128.
            var known = tensors.Where(entry => !entry.Key.StartsWith("c128", StringComparison.Ordinal)).ToDictionary();
            torch.save_checkpoint(known, At("back.safetensors"), new() { Format = CheckpointFormat.Safetensors });
        }
    }

    private void Ties()
    {
        using var loaded = torch.load_checkpoint(At("tied.pt"), _there);
        var state = loaded.state_dict();
        state["a"].fill_(3);
        Check(state["b"].eq(3).all().ToBoolean(), "the second has memory of its own");
        torch.save_checkpoint(state, At("back-tied.pt"));
        Check(new FileInfo(At("back-tied.pt")).Length < 1.5 * state["a"].numel() * sizeof(float), "both were saved");
    }

    private void Train()
    {
        using var net = Net().to(device);
        using var loaded = torch.load_checkpoint(At("train.pt"));
        net.load_state_dict(loaded["model"]);
        var optimizer = optim.Adam(net.parameters(), amsgrad: true);
        optimizer.load_state_dict(loaded["opt"]);
        using var x = randn(4, 3, 8, 8, device: device);
        optimizer.zero_grad();
        net.forward(x).pow(2).mean().backward();
        optimizer.step();
        net.eval();
        using var y = net.forward(x);
        torch.save_checkpoint(
            new Dictionary<string, object> { ["model"] = net.state_dict(keep_vars: false), ["opt"] = optimizer.state_dict(), ["x"] = x, ["y"] = y.detach() }, At("from-run.pt"));
    }

    private void Converted()
    {
        using var loaded = torch.load_checkpoint(At("linear.pt"));
        using var half = nn.Linear(1031, 5170).to(device, ScalarType.BFloat16);
        half.load_state_dict(loaded);
        using var expected = loaded["weight"].tensor().to(ScalarType.BFloat16);
        Check(Hash(half.weight!) == Hash(expected), "converted to bfloat16");
        using var transposed = torch.load_checkpoint(At("transposed.pt"));
        using var net = nn.Linear(1031, 5170).to(device);
        net.load_state_dict(transposed);
        using var same = loaded["weight"].tensor();
        Check(Hash(net.weight!) == Hash(same), "transposed in the file");
    }

    private void KeepsTheMoment()
    {
        using var net = nn.Linear(3000, 3000).to(device);
        var before = Hash(net.weight!);
        var pending = torch.async_save(net.state_dict(keep_vars: false), At("moment.pt"));
        Spoil(net);
        pending.GetAwaiter().GetResult();
        using var loaded = torch.load_checkpoint(At("moment.pt"), _there);
        using var weight = loaded["weight"].tensor();
        Check(Hash(weight) == before, "other values in the file");
    }

    private void Damaged()
    {
        using var net = nn.Linear(1031, 5170).to(device);
        var before = net.parameters().Select(Hash).ToList();
        foreach (var map in new[] { _there, "cpu" })
        {
            ExpectDamage(() =>
            {
                using var loaded = torch.load_checkpoint(At("damaged.pt"), map);
                _ = loaded.state_dict();
            });
        }

        ExpectDamage(() =>
        {
            using var loaded = torch.load_checkpoint(At("damaged.pt"));
            net.load_state_dict(loaded);
        });
        Check(net.parameters().Select(Hash).SequenceEqual(before), "the model has changed");
        using var whole = torch.load_checkpoint(At("linear.pt"));
        net.load_state_dict(whole);

        static void ExpectDamage(Action load)
        {
            try
            {
                load();
            }
            catch (InvalidCheckpointException error)
            {
                Console.WriteLine($"     {error.Message.Split('\n')[0]}");
                return;
            }

            throw new InvalidOperationException("the damage was not found");
        }
    }

    private void Cancelled()
    {
        using var net = nn.Linear(8000, 8000).to(device);
        using var stop = new CancellationTokenSource();
        try
        {
            torch.save_checkpoint(net.state_dict(keep_vars: false), At("cancelled.pt"), progress: new Stopper(stop), cancellationToken: stop.Token);
            throw new InvalidOperationException("the save was not cancelled");
        }
        catch (OperationCanceledException)
        {
            Check(!File.Exists(At("cancelled.pt")), "there is a file");
        }

        Compare(torch.load_checkpoint(At("pieces.pt"), _there), Truth("pieces.pt"), "there");
    }

    private void Try(string what, Action check)
    {
        try
        {
            check();
            Console.WriteLine($"PASS {what}");
        }
        catch (Exception error)
        {
            _failures++;
            Console.WriteLine($"FAIL {what}: {error.GetType().Name}: {string.Join(" / ", error.ToString().Split('\n').Take(6))}");
        }
    }

    /// <summary>Cancels when a save has begun.</summary>
    private sealed class Stopper(CancellationTokenSource stop) : IProgress<SaveProgress>
    {
        public void Report(SaveProgress value)
        {
            if (value.BytesWritten > 0)
            {
                stop.Cancel();
            }
        }
    }
}
