using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace Torchkeep.GpuBenchmarks;

/// <summary>The jobs of the table, of one version of the library.</summary>
internal sealed class Times(string folder, Device device, string label)
{
    private const int Width = 4096;
    private const int RawPiece = 4 << 20;

    // As peer.py has it.
    private static readonly int _layers = int.Parse(Environment.GetEnvironmentVariable("GPU_BENCH_TENSORS") ?? "32", CultureInfo.InvariantCulture);

    private static readonly ReadOptions _unchecked = new() { VerifyChecksums = false };
    private static readonly WriteOptions _unflushed = new() { FlushToDisk = false };

    // An older version takes longer, and is only there to be compared with.
    private readonly int _loads = Knobs.AreThere ? 5 : 2;
    private readonly int _saves = Knobs.AreThere ? 2 : 1;
    private readonly string _saved = Path.Combine(folder, $"saved-{label}.pth");

    internal static nn.Module<Tensor, Tensor> Net() =>
        nn.Sequential([.. Enumerable.Range(0, _layers).Select(i => ($"{i}", (nn.Module<Tensor, Tensor>)nn.Linear(Width, Width, hasBias: false)))]);

    internal void Run()
    {
        var big = Path.Combine(folder, "big.pth");
        Clock.Say("open", label, () => torch.load_checkpoint(big).Dispose());
        Load("to the GPU", "big.pth", device);
        Load("to the GPU, one tensor", "one.pth", device);
        Load("to the GPU, safetensors", "big.safetensors", device);
        Load("to the GPU, 20,000 tensors", "small.pth", device);
        Load("to the CPU", "big.pth", CPU);
        Load("to the CPU, one tensor", "one.pth", CPU);

        using var net = Net().to(device);
        Into("into a model on the GPU", net, null);
        using (var half = Net().to(device, ScalarType.BFloat16))
        {
            Into("into a bfloat16 model on the GPU", half, null);
        }

        using (var here = Net())
        {
            Into("into a model on the CPU", here, null);
        }

        var state = net.state_dict(keep_vars: false);
        Clock.Say("saved from the GPU, flushed", label, () => torch.save_checkpoint(state, _saved), count: _saves, Ready);
        Clock.Say("saved from the GPU", label, () => torch.save_checkpoint(state, _saved, _unflushed), count: _saves, Ready);
        Clock.Say("saved from the GPU, safetensors", label, () => torch.save_checkpoint(state, _saved, new() { FlushToDisk = false, Format = CheckpointFormat.Safetensors }), count: _saves, Ready);
        using (var here = Net())
        {
            Clock.Say("saved from the CPU", label, () => torch.save_checkpoint(here.state_dict(keep_vars: false), _saved, _unflushed), count: _saves, Ready);
        }

        Task? pending = null;
        Clock.Say("async_save: until it returns", label, () => pending = torch.async_save(state, _saved, _unflushed), count: _saves, () => { pending?.Wait(); Ready(); });
        pending?.Wait();
        if (Knobs.AreThere)
        {
            Load("to the GPU, unchecked", "big.pth", device, _unchecked);
            Load("to the GPU, mapped", "big.pth", device, new() { MemoryMap = true });
            Load("to the CPU, unchecked", "big.pth", CPU, _unchecked);
            Into("into a model on the GPU, unchecked", net, _unchecked);
            Raw();
        }

        File.Delete(_saved);
    }

    /// <summary>Loads all tensors of a file to a device and lets go of them.</summary>
    internal static void Load(string path, Device device, ReadOptions? options)
    {
        using var loaded = torch.load_checkpoint(path, device, options);
        foreach (var tensor in loaded.state_dict().Values)
        {
            tensor.Dispose();
        }
    }

    internal void Into(string job, nn.Module net, ReadOptions? options) => Clock.Say(job, label, () =>
    {
        using var loaded = torch.load_checkpoint(Path.Combine(folder, "big.pth"), options: options);
        net.load_state_dict(loaded);
    }, _loads);

    private void Load(string job, string file, Device to, ReadOptions? options = null) =>
        Clock.Say(job, label, () => Load(Path.Combine(folder, file), to, options), _loads);

    private void Ready()
    {
        File.Delete(_saved);
        Clock.Sync();
    }

    // The same bytes by one thread, from memory that is there.
    private void Raw()
    {
        var piece = new byte[RawPiece];
        new Random(1).NextBytes(piece);
        var length = new FileInfo(Path.Combine(folder, "big.pth")).Length;
        Clock.Say("saved from the GPU, flushed", "raw write", () => Write(flush: true), count: _saves, Ready);
        Clock.Say("saved from the GPU", "raw write", () => Write(flush: false), count: _saves, Ready);

        void Write(bool flush)
        {
            using var file = new FileStream(_saved, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
            for (long done = 0; done < length; done += RawPiece)
            {
                file.Write(piece);
            }

            file.Flush(flush);
        }
    }
}
