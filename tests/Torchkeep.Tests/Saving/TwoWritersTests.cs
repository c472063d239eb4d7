using Torchkeep.Tests.IO;

namespace Torchkeep.Tests.Saving;

/// <summary>Two processes that save to one file: whoever reads it finds a whole file of either.</summary>
public sealed class TwoWritersTests(ITestOutputHelper output) : IDisposable
{
    private const int Saves = 20;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void LeaveAWholeFileAndNothingElse()
    {
        var runs = Torture.IsFull ? 100 : 2;
        var path = _folder["model.pt"];
        var reads = 0;
        for (var run = 0; run < runs; run++)
        {
            using var first = Torture.Start(path, bytes: 200_000, first: 1, Saves);
            using var second = Torture.Start(path, bytes: 300_000, first: 101, Saves);
            var outputs = new[] { first.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), second.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken) };
            while (!(first.HasExited && second.HasExited))
            {
                if (File.Exists(path))
                {
                    Torture.NumberOf(path);
                    reads++;
                }
            }

            Assert.All(outputs, text => Assert.DoesNotContain("failed", text.Result, StringComparison.Ordinal));
            Assert.Contains(Torture.NumberOf(path), new[] { Saves, 100 + Saves });
            Assert.Equal(["model.pt"], _folder.Names);
        }

        output.WriteLine($"{runs} runs of two writers with {Saves} saves each: {reads} reads meanwhile, all whole");
    }
}
