using System.Diagnostics;

namespace Torchkeep.Cli.Output;

/// <summary>How far a save has come, on one line of a screen; nothing where nobody looks.</summary>
internal sealed class ProgressLine(Terminal terminal) : IProgress<SaveProgress>, IDisposable
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(100);

    private long _last;
    private int _written;

    internal long TotalBytes { get; private set; }

    public void Report(SaveProgress value)
    {
        TotalBytes = value.TotalBytes;
        if (terminal.IsInteractive && (_last == 0 || Stopwatch.GetElapsedTime(_last) > _pause))
        {
            _last = Stopwatch.GetTimestamp();
            var percent = value.TotalBytes == 0 ? 100 : (int)((Int128)value.BytesWritten * 100 / value.TotalBytes);
            Replace($"{percent,3}% of {Quantity.Bytes(value.TotalBytes)}");
        }
    }

    /// <summary>Puts a last line in its place.</summary>
    internal void Finish(string text)
    {
        if (terminal.IsInteractive)
        {
            Replace("");
            terminal.Error.WriteLine(text);
        }
    }

    /// <summary>Leaves the line empty for whatever is said next.</summary>
    public void Dispose()
    {
        if (_written > 0)
        {
            Replace("");
        }
    }

    private void Replace(string text)
    {
        if (text.Length > 0 || _written > 0)
        {
            terminal.Error.Write($"\r{text.PadRight(_written)}{(text.Length == 0 ? "\r" : "")}");
            _written = text.Length;
        }
    }
}
