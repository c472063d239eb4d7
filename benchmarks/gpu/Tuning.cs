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
        Clock.Say("stage", "memory of 2 GiB on the GPU", () =>
        {
            foreach (var tensor in Enumerable.Range(0, 32).Select(_ => empty([16 * MiB], device: device)).ToList())
            {
                tensor.Dispose();
            }
        });
        Clock.Say("stage", "2 GiB read and checked", () =>
        {
            using var checkpoint = Checkpoint.Open(big);
            TensorView.VerifyAll(checkpoint.Tensors.Select(tensor => tensor.View));
        });
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
        foreach (var (threads, early, flush) in new[] { (1, false, false), (2, false, false), (4, false, false), (8, false, false), (4, false, true), (4, true, true) })
        {
            Knobs.Write(threads, early);
            Save(flush ? "tune: saved, flushed" : "tune: saved", $"{threads} threads{(early ? ", early" : "")}", flush);
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
