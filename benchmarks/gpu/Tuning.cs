using TorchSharp;
using static TorchSharp.torch;

namespace Torchkeep.GpuBenchmarks;

/// <summary>The library's own numbers varied, for whoever chooses them.</summary>
internal sealed class Tuning(string folder, Device device)
{
    private const int MiB = 1 << 20;

    // Lanes, buffers of a lane, bytes of a buffer.
    private static readonly (int Lanes, int Buffers, int Bytes)[] _shapes =
    [
        (16, 2, 4 * MiB), (16, 2, 2 * MiB), (16, 2, 1 * MiB), (16, 2, 8 * MiB), (16, 4, 1 * MiB),
        (12, 2, 4 * MiB), (8, 2, 4 * MiB), (8, 2, 16 * MiB), (8, 4, 2 * MiB), (4, 2, 8 * MiB), (4, 4, 4 * MiB), (24, 2, 2 * MiB),
    ];

    internal void Run()
    {
        var big = Path.Combine(folder, "big.pth");
        foreach (var (lanes, buffers, bytes) in _shapes)
        {
            Try($"{lanes} lanes, {buffers} x {bytes / MiB} MiB", lanes, buffers, bytes, largePages: false, spins: false);
        }

        Try("16 lanes, 2 x 4 MiB, large pages", 16, 2, 4 * MiB, largePages: true, spins: false);
        Try("16 lanes, 2 x 2 MiB, large pages", 16, 2, 2 * MiB, largePages: true, spins: false);
        Try("16 lanes, 2 x 4 MiB, spins", 16, 2, 4 * MiB, largePages: false, spins: true);
        Try("8 lanes, 2 x 4 MiB, spins", 8, 2, 4 * MiB, largePages: false, spins: true);
        Knobs.StageAsUsual();

        using var net = Times.Net().to(device);
        var state = net.state_dict(keep_vars: false);
        var target = Path.Combine(folder, "tuned.pth");
        foreach (var (threads, early) in new[] { (1, false), (2, false), (4, false), (8, false), (4, true), (2, true) })
        {
            Knobs.Write(threads, early);
            Save("tune: saved", $"{threads} threads", flush: false);
            Save("tune: saved, flushed", $"{threads} threads{(early ? ", early" : "")}", flush: true);
        }

        File.Delete(target);

        void Try(string who, int lanes, int buffers, int bytes, bool largePages, bool spins)
        {
            Knobs.Stage(lanes, buffers, bytes, largePages, spins);
            Clock.Say("tune: to the GPU", who, () => Times.Load(big, device, null), count: 4);
        }

        void Save(string job, string who, bool flush) =>
            Clock.Say(job, who, () => torch.save_checkpoint(state, target, new() { FlushToDisk = flush }), count: 1, () => { File.Delete(target); Clock.Sync(); });
    }
}
