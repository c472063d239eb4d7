using System.CommandLine;
using System.Diagnostics;
using System.Reflection;
using System.Text;
using Torchkeep.Cli.Commands;
using Torchkeep.Cli.Output;

namespace Torchkeep.Cli.Tests;

/// <summary>Runs the command: here, on a screen that is not there, or as a process.</summary>
internal static class CommandLine
{
    internal static string RepositoryRoot { get; } = typeof(CommandLine).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == nameof(RepositoryRoot)).Value!;

    internal static Outcome Run(params string[] arguments) => Run(screenWidth: null, noColor: false, arguments);

    internal static Outcome RunOnScreen(int width, bool noColor, params string[] arguments) => Run(width, noColor, arguments);

    internal static Process Start(string[] arguments, string? workingDirectory = null)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = workingDirectory ?? "",
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Torchkeep.Cli.dll"));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }

    internal static Outcome RunProcess(string[] arguments, string? workingDirectory = null)
    {
        using var process = Start(arguments, workingDirectory);
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new(process.ExitCode, output, error.Result);
    }

    private static Outcome Run(int? screenWidth, bool noColor, string[] arguments)
    {
        using var output = new MemoryStream();
        using var error = new StringWriter();
        var environment = new Dictionary<string, string> { ["TERM"] = "xterm-256color" };
        if (noColor)
        {
            environment["NO_COLOR"] = "1";
        }

        var terminal = new Terminal(output, error, Encoding.UTF8, IsInteractive: screenWidth is not null, screenWidth) { Environment = environment };
        RootCommand root =
        [
            InspectCommand.Create(terminal), VerifyCommand.Create(terminal), ScanCommand.Create(terminal), ConvertCommand.Create(terminal), ScaffoldCommand.Create(terminal),
        ];
        var exitCode = root.Run(arguments, terminal);
        return new(exitCode, Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }
}
