using System.CommandLine;

namespace Torchkeep.Cli;

/// <summary>The option that names one of several checkpoints in a file.</summary>
internal static class IndexOption
{
    internal static Option<int?> Create()
    {
        var option = new Option<int?>("--index") { Description = "Of several checkpoints in the file, one after another, the n-th: 1 is the first.", HelpName = "N" };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && (!int.TryParse(token.Value, out var number) || number < 1))
            {
                result.AddError($"--index takes a number from 1 on, and not '{token.Value}'.");
            }
        });
        return option;
    }
}
