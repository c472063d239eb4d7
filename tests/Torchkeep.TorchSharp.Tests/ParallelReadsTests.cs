namespace Torchkeep.TorchSharp.Tests;

public sealed class ParallelReadsTests
{
    [Fact]
    public void EveryItemIsReadOnce()
    {
        var reads = new int[1000];

        ParallelReads.Run([.. Enumerable.Range(0, reads.Length)], i => Interlocked.Increment(ref reads[i]));

        Assert.All(reads, count => Assert.Equal(1, count));
    }

    [Fact]
    public void TheFirstFailureInOrderIsThrownAsItWas()
    {
        for (var run = 0; run < 50; run++)
        {
            var error = Assert.Throws<InvalidOperationException>(
                () => ParallelReads.Run<int>([.. Enumerable.Range(0, 100)], i => throw new InvalidOperationException($"{i}")));

            Assert.Equal("0", error.Message);
        }
    }
}
