using System.Diagnostics;
using System.Globalization;
using Torchkeep.Tests.IO;

namespace Torchkeep.Tests.Saving;

/// <summary>A save that is killed leaves the old file or the new one, whole; the next save removes what else it left.</summary>
public sealed class KilledSaveTests(ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void OfSmallFiles() => Kill(Torture.IsFull ? 1000 : 8, bytes: 50_000);

    [Fact]
    public void OfLargeFiles() => Kill(Torture.IsFull ? 40 : 2, bytes: Torture.IsFull ? 1L << 30 : 32 << 20);

    private void Kill(int kills, long bytes)
    {
        var random = new Random(17);
        var path = _folder["model.pt"];
        var maxDelay = 2 * TimeOf(path, bytes);
        var (next, there, withStray, inMiddle, isOld) = (2, 1, 0, 0, 0);
        for (var kill = 0; kill < kills; kill++)
        {
            using var process = Torture.Start(path, bytes, next);
            var started = int.Parse(process.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
            Thread.Sleep(maxDelay * random.NextDouble());
            process.Kill();
            process.WaitForExit();

            var saved = 0;
            foreach (var line in process.StandardOutput.ReadToEnd().Split('\n'))
            {
                Assert.False(line.StartsWith("failed", StringComparison.Ordinal), line);
                saved = line == "saved" ? started : saved;
                started = int.TryParse(line, CultureInfo.InvariantCulture, out var number) ? number : started;
            }

            var oldest = Math.Max(saved, there);
            there = Torture.NumberOf(path);
            Assert.InRange(there, oldest, started);
            isOld += there < started ? 1 : 0;

            // So that about as many are killed in their first save as later, however busy the machine is.
            maxDelay *= saved > 0 ? 0.95 : 1.05;
            next = started + 1;

            // Strays go where a save begins, so only one that was killed that early leaves more than its own.
            var strays = Torture.Strays(_folder.Path).Count;
            Assert.InRange(strays, 0, saved > 0 ? 1 : kill + 1);
            withStray += strays > 0 ? 1 : 0;
            inMiddle += started > saved ? 1 : 0;
        }

        using (var last = Torture.Start(path, bytes, next, count: 1))
        {
            last.WaitForExit();
        }

        Assert.Equal(next, Torture.NumberOf(path));
        Assert.Equal(["model.pt"], _folder.Names);
        output.WriteLine($"{kills} kills of saves of {bytes} bytes: {inMiddle} in the middle of a save; {isOld} left the old file whole, {kills - isOld} the new one, none anything else; {withStray} left a temporary file, which the next save removed");
    }

    /// <summary>Saves the old file, number 1, and says how long that took.</summary>
    private static TimeSpan TimeOf(string path, long bytes)
    {
        using var process = Torture.Start(path, bytes, first: 1, count: 1);
        process.StandardOutput.ReadLine();
        var clock = Stopwatch.StartNew();
        process.WaitForExit();
        return clock.Elapsed;
    }
}
