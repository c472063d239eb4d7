using static Torchkeep.Tests.PickleBytes;

namespace Torchkeep.Tests.Reading;

/// <summary>Names of tensors, which are found when the first is asked for.</summary>
public sealed class TensorNameTests
{
    private const int Count = 50_000;

    [Fact]
    public void EveryThreadThatAsksGetsTheName()
    {
        var storage = Storage("FloatStorage", "0", 1);
        var file = TorchZipBytes.Build(
            Protocol2(Dict([.. Enumerable.Range(0, Count).Select(i => (Str($"layer.{i}.weight"), TensorV2(storage, 0, [1], [1])))])), ("0", new byte[4]));

        for (var run = 0; run < 3; run++)
        {
            using var checkpoint = Checkpoint.Open(file);

            // The view is found without a list of names, which would name it.
            var last = ((PyTensor)checkpoint.Root.AsDict().Last().Value).View;
            const int Threads = 4;
            using var start = new Barrier(Threads);
            var names = new string?[Threads];
            var threads = Enumerable.Range(0, Threads).Select(thread => new Thread(() =>
            {
                start.SignalAndWait();
                names[thread] = last.Name;
            })).ToList();
            threads.ForEach(thread => thread.Start());
            threads.ForEach(thread => thread.Join());

            Assert.All(names, name => Assert.Equal($"layer.{Count - 1}.weight", name));
        }
    }

    [Fact]
    public void NamesThatPassALimitAreNoNamesForAnyThread()
    {
        var file = TorchZipBytes.Build(Protocol2(Dict((Str("weight"), TensorV2(Storage("FloatStorage", "0", 1), 0, [1], [1])))), ("0", new byte[4]));
        using var checkpoint = Checkpoint.Open(file, new ReadOptions { Limits = new ReadLimits { MaxNameCharacters = 0 } });
        var view = ((PyTensor)checkpoint.Root["weight"]).View;

        Assert.Null(view.Name);
        Assert.Null(view.Name);
        Assert.Throws<UnsupportedCheckpointException>(() => checkpoint.Tensors);
    }
}
