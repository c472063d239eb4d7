using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace Torchkeep.GpuBenchmarks;

/// <summary>The rows of the table for a device, the median of five in milliseconds, and what their stages take.</summary>
internal sealed class Times(string folder, Device device)
{
    private const int Piece = 8 << 20;

    internal int Run()
    {
        var big = Path.Combine(folder, "big.pth");
        var net = Path.Combine(folder, "big-net.pth");
        var saved = Path.Combine(folder, "saved-big.pth");
        foreach (var threads in new[] { 1, 4, 8, 16 })
        {
            Row($"plain reads by {threads} threads", () => PlainReads(big, threads));
        }

        Row("checksums of all", () =>
        {
            using var checkpoint = Checkpoint.Open(big);
            Parallel.ForEach(checkpoint.Tensors, tensor => tensor.View.Verify());
        });
        Row("128 MiB of page-locked memory", () =>
        {
            using var plain = empty([128 << 20], dtype: uint8);
            using var pinned = device.type == DeviceType.CUDA ? plain.pin_memory() : plain.alias();
        });
        Row("load to the device", () => Load(big, device));
        Row("load to the device, mapped", () => Drop(torch.load(big, map_location: device, mmap: true)));
        Row("load to the device, safetensors", () => Load(Path.Combine(folder, "big.safetensors"), device));
        Row("load to the CPU", () => Load(big, CPU));
        Row("load to the CPU, unchecked", () => Drop(torch.load_checkpoint(big, CPU, new() { VerifyChecksums = false })));

        var count = Directory.Exists(folder) ? int.Parse(File.ReadAllText(Path.Combine(folder, "count"))) : 0;
        using var model = nn.Sequential([.. Enumerable.Range(0, count).Select(i => ($"{i}", (nn.Module<Tensor, Tensor>)nn.Linear(4096, 4096, hasBias: false)))]).to(device);
        Row("load into a model", () => model.load_state_dict(net));
        Row("save from the device", () => torch.save_checkpoint(model.state_dict(keep_vars: false), saved), times: 3);
        Row("plain write of the same bytes", () => PlainWrite(big, saved), times: 3);
        var pending = Task.CompletedTask;
        Row("async_save until it returns", () => pending = torch.async_save(model.state_dict(keep_vars: false), saved), times: 3, after: () => pending.Wait());
        return 0;
    }

    private void Load(string file, Device to) => Drop(torch.load_checkpoint(file, to));

    private static void Drop(LoadedCheckpoint loaded)
    {
        using (loaded)
        {
            foreach (var tensor in loaded.state_dict().Values)
            {
                tensor.Dispose();
            }
        }
    }

    private void Row(string name, Action job, int times = 5, Action? after = null)
    {
        List<double> taken = [];
        for (var i = 0; i <= times; i++)
        {
            GC.Collect();
            Wait();
            var watch = Stopwatch.StartNew();
            job();
            Wait();
            taken.Add(watch.Elapsed.TotalMilliseconds);
            after?.Invoke();
        }

        var first = taken[0];
        taken.RemoveAt(0);
        taken.Sort();
        Console.WriteLine($"{name,-45} {taken[taken.Count / 2],8:f0} ms   first {first,6:f0}, {taken[0]:f0} to {taken[^1]:f0}");
    }

    private void Wait()
    {
        if (device.type == DeviceType.CUDA)
        {
            cuda.synchronize();
        }
    }

    private static void PlainReads(string file, int threads)
    {
        using var handle = File.OpenHandle(file);
        var length = RandomAccess.GetLength(handle);
        Parallel.For(0, (length + Piece - 1) / Piece, new ParallelOptions { MaxDegreeOfParallelism = threads }, () => new byte[Piece], (piece, _, buffer) =>
        {
            RandomAccess.Read(handle, buffer.AsSpan(0, (int)Math.Min(Piece, length - (piece * Piece))), piece * Piece);
            return buffer;
        }, _ => { });
    }

    private static void PlainWrite(string from, string to)
    {
        using var output = File.OpenHandle(to, FileMode.Create, FileAccess.Write);
        var buffer = new byte[Piece];
        var length = new FileInfo(from).Length;
        for (long done = 0; done < length; done += Piece)
        {
            RandomAccess.Write(output, buffer.AsSpan(0, (int)Math.Min(Piece, length - done)), done);
        }
    }
}
