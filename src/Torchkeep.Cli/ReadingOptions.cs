using System.CommandLine;
using System.CommandLine.Parsing;

namespace Torchkeep.Cli;

/// <summary>The options of a verb that say how its file is read: the limits, and what is looked over.</summary>
internal sealed class ReadingOptions
{
    private readonly Option<string[]> _limits = new("--limit")
    {
        Description = "Let the file ask for more, or less: 'json=200MB'. Can be given again. The names are in docs/cli.md.",
        HelpName = "NAME=VALUE",
    };

    private readonly Option<bool> _unlisted = new("--ignore-unlisted") { Description = "Of several files with an index, leave out tensors that the index does not name." };
    private readonly Option<bool> _checksums = new("--ignore-checksums") { Description = "Read what fails its checksum all the same." };

    private ReadingOptions() => _limits.Validators.Add(Check);

    /// <summary>Adds the limits to a verb.</summary>
    internal static ReadingOptions OfLimits(Command command)
    {
        var options = new ReadingOptions();
        command.Options.Add(options._limits);
        return options;
    }

    /// <summary>Adds all of them to a verb.</summary>
    internal static ReadingOptions Of(Command command)
    {
        var options = OfLimits(command);
        command.Options.Add(options._unlisted);
        command.Options.Add(options._checksums);
        return options;
    }

    internal ReadOptions From(ParseResult result) => new()
    {
        Limits = LimitsFrom(result),
        StrictIndex = result.GetResult(_unlisted) is null || !result.GetValue(_unlisted),
        VerifyChecksums = result.GetResult(_checksums) is null || !result.GetValue(_checksums),
    };

    internal ReadLimits LimitsFrom(ParseResult result) => (result.GetValue(_limits) ?? []).Aggregate(ReadLimits.Default, (limits, text) => Limit.Apply(limits, text, out _)!);

    private static void Check(OptionResult result)
    {
        foreach (var token in result.Tokens)
        {
            if (Limit.Apply(ReadLimits.Default, token.Value, out var problem) is null)
            {
                result.AddError($"{problem}.");
            }
        }
    }
}
