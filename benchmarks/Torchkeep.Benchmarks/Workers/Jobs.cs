using System.Runtime.InteropServices;
using TorchSharp;

namespace Torchkeep.Benchmarks.Workers;

/// <summary>The jobs of the table, as Torchkeep and plain calls of the system do them. What is prepared is not timed.</summary>
internal static class Jobs
{
    private const int Page = 4096;

    internal static readonly Dictionary<string, Func<string, Job>> All = new()
    {
        ["core-open-big"] = folder => new(() => List($"{folder}/big.pt")),
        ["core-safetensors-open-big"] = folder => new(() => List($"{folder}/big.safetensors")),
        ["core-open-small"] = folder => new(() => List($"{folder}/small.pt")),
        ["core-touch-big"] = folder => new(() => TouchSpans($"{folder}/big.pt")),
        ["core-part-big"] = folder => new(() => ReadOne($"{folder}/big.pt")),
        ["core-open-growth"] = folder => new(() => List($"{folder}/growth.pt")),
        ["adapter-tensors-small"] = folder => new(() => Load($"{folder}/small.pt", mmap: true)),
        ["adapter-load-big"] = folder => new(() => Load($"{folder}/big.pt", mmap: false)),
        ["adapter-touch-big"] = folder => new(() => TouchTensors($"{folder}/big.pt")),
        ["adapter-into-resnet50"] = folder => Into(folder, "resnet50"),
        ["adapter-into-big"] = folder => Into(folder, "big"),
        ["adapter-into-big-unchecked"] = folder => Into(folder, "big", new() { VerifyChecksums = false }),
        ["adapter-save-big"] = folder => Save(folder, "big", isFlushed: false),
        ["adapter-save-big-flushed"] = folder => Save(folder, "big", isFlushed: true),
        ["adapter-background-save-big"] = SaveInBackground,
        ["adapter-save-resnet50"] = folder => Save(folder, "resnet50", isFlushed: false),
        ["adapter-save-resnet50-flushed"] = folder => Save(folder, "resnet50", isFlushed: true),
        ["adapter-load-growth"] = folder => new(() => Load($"{folder}/growth.pt", mmap: false)),
        ["adapter-tensors-growth"] = folder => new(() => Load($"{folder}/growth.pt", mmap: true)),
        ["raw-load-big"] = folder => new(() => RawFile.Read($"{folder}/big.pt")),
        ["raw-save-big"] = folder => new(RawFile.Writer($"{folder}/big.pt", $"{folder}/out.raw", isFlushed: false)),
        ["raw-save-big-flushed"] = folder => new(RawFile.Writer($"{folder}/big.pt", $"{folder}/out.raw", isFlushed: true)),
        ["raw-save-resnet50"] = folder => new(RawFile.Writer($"{folder}/resnet50.pt", $"{folder}/out.raw", isFlushed: false)),
        ["raw-save-resnet50-flushed"] = folder => new(RawFile.Writer($"{folder}/resnet50.pt", $"{folder}/out.raw", isFlushed: true)),
        ["raw-load-growth"] = folder => new(() => RawFile.Read($"{folder}/growth.pt")),
    };

    private static void List(string path)
    {
        using var checkpoint = Checkpoint.Open(path);
        if (checkpoint.Tensors.Sum(tensor => tensor.View.Shape.Length + tensor.Name.Length) == 0)
        {
            throw new InvalidOperationException("nothing is in it");
        }
    }

    private static void TouchSpans(string path)
    {
        using var checkpoint = Checkpoint.Open(path, new() { MemoryMap = true, VerifyChecksums = false });
        var sum = 0f;
        foreach (var tensor in checkpoint.Tensors)
        {
            if (!tensor.View.TryGetSpan<float>(out var span))
            {
                throw new InvalidOperationException($"{tensor.Name} is not mapped");
            }

            sum += Touch(span.GetSpan(new nint[span.Rank], (int)span.FlattenedLength));
        }

        GC.KeepAlive(sum);
    }

    private static void ReadOne(string path)
    {
        using var checkpoint = Checkpoint.Open(path);
        _ = checkpoint.FindTensor("layers.7.weight").ToArray<float>();
    }

    private static void Load(string path, bool mmap)
    {
        using var scope = torch.NewDisposeScope();
        using var loaded = torch.load(path, mmap: mmap);
        _ = loaded.state_dict();
    }

    private static void TouchTensors(string path)
    {
        using var scope = torch.NewDisposeScope();
        using var loaded = torch.load(path, mmap: true);
        foreach (var tensor in loaded.state_dict().Values)
        {
            _ = Touch(MemoryMarshal.Cast<byte, float>(tensor.bytes));
        }
    }

    private static float Touch(ReadOnlySpan<float> elements)
    {
        var sum = 0f;
        for (var i = 0; i < elements.Length; i += Page / sizeof(float))
        {
            sum += elements[i];
        }

        return sum;
    }

    private static Job Into(string folder, string name, ReadOptions? options = null)
    {
        var path = $"{folder}/{name}.pt";
        var model = NamedTensors.Like(path);
        return new(() =>
        {
            using var loaded = torch.load_checkpoint(path, options: options);
            model.load_state_dict(loaded);
        });
    }

    private static Job Save(string folder, string name, bool isFlushed)
    {
        var state = torch.load($"{folder}/{name}.pt", weights_only: true).state_dict();
        return new(() => torch.save_checkpoint(state, $"{folder}/out.pt", new WriteOptions { FlushToDisk = isFlushed }));
    }

    // What training waits for; the rest of the save is not timed.
    private static Job SaveInBackground(string folder)
    {
        var state = torch.load($"{folder}/big.pt", weights_only: true).state_dict();
        var save = Task.CompletedTask;
        return new(() => save = torch.async_save(state, $"{folder}/out.pt"), () => save.Wait());
    }
}
