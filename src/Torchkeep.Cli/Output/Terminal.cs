using System.Text;
using Spectre.Console;

namespace Torchkeep.Cli.Output;

/// <summary>Where a command writes: bytes for programs, a console for people, and a line of error.</summary>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
/// <param name="Encoding">How text becomes bytes.</param>
/// <param name="IsInteractive">Whether somebody looks at a screen, which has a width and perhaps colours.</param>
/// <param name="Width">The columns of that screen, or null to ask it.</param>
internal sealed record Terminal(Stream Output, TextWriter Error, Encoding Encoding, bool IsInteractive, int? Width = null)
{
    // A line of a file or pipe is as long as it is; a screen that does not say how wide it is, is taken for a common one.
    private const int Unlimited = 1_000_000_000;
    private const int CommonWidth = 80;
    private const int MinWidth = 40;

    /// <summary>Environment variables other than the process's; null for the process's.</summary>
    internal Dictionary<string, string>? Environment { get; init; }

    internal static Terminal OfProcess() => new(
        Console.OpenStandardOutput(),
        Console.Error,
        Console.OutputEncoding,
        IsInteractive: !Console.IsOutputRedirected);

    /// <summary>Buffered text, written when it is disposed at the latest.</summary>
    internal StreamWriter OpenText()
    {
        var withoutMark = Encoding is UTF8Encoding ? new UTF8Encoding(encoderShouldEmitUTF8Identifier: false) : Encoding;
        return new(Output, withoutMark, bufferSize: 1 << 16, leaveOpen: true);
    }

    internal IAnsiConsole OpenConsole(TextWriter text)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(text),
            Ansi = HasColor ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = HasColor ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            EnvironmentVariables = Environment,

            // These switch colours on by themselves in some build services.
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        });
        console.Profile.Width = IsInteractive ? Math.Max(Width ?? (Console.WindowWidth is > 0 and var width ? width : CommonWidth), MinWidth) : Unlimited;
        console.Profile.Capabilities.Unicode = Encoding is UTF8Encoding or UnicodeEncoding;
        return console;
    }

    // https://no-color.org: present and not empty.
    private bool HasColor => IsInteractive && string.IsNullOrEmpty(
        Environment is null ? System.Environment.GetEnvironmentVariable("NO_COLOR") : Environment.GetValueOrDefault("NO_COLOR"));
}
