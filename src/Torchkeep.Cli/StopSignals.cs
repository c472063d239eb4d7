using System.Runtime.InteropServices;

namespace Torchkeep.Cli;

/// <summary>
/// Lets Ctrl+C and a request to end stop what a token can stop, so that it cleans up. The second one ends the process, as
/// it does without this.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly List<PosixSignalRegistration> _registrations;

    internal StopSignals() =>
        _registrations = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(signal => PosixSignalRegistration.Create(signal, Stop))];

    internal CancellationToken Token => _source.Token;

    /// <summary>What a shell says of a process that the signal ended; 0 where there was none.</summary>
    internal int ExitCode { get; private set; }

    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _source.Dispose();
    }

    private void Stop(PosixSignalContext context)
    {
        // signal.h, the same on all systems.
        ExitCode = ExitCodes.Signal + context.Signal switch
        {
            PosixSignal.SIGHUP => 1,
            PosixSignal.SIGINT => 2,
            _ => 15,
        };
        context.Cancel = !_source.IsCancellationRequested;
        _source.Cancel();
    }
}
