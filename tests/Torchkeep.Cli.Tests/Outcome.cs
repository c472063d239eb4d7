using System.Text.Json;

namespace Torchkeep.Cli.Tests;

/// <summary>What a run of the command left behind.</summary>
internal sealed record Outcome(int ExitCode, string Output, string Error)
{
    internal JsonElement Json => JsonDocument.Parse(Output).RootElement;
}
