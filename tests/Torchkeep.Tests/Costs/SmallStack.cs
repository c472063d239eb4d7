namespace Torchkeep.Tests.Costs;

/// <summary>Runs on a thread with little call stack: what calls itself once for each level of its input ends the process there.</summary>
internal static class SmallStack
{
    private const int Bytes = 256 << 10;

    internal static void Run(Action action)
    {
        Exception? failure = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    action();
                }
                catch (Exception error)
                {
                    failure = error;
                }
            },
            Bytes);
        thread.Start();
        thread.Join();
        if (failure is not null)
        {
            throw new InvalidOperationException(failure.ToString(), failure);
        }
    }
}
