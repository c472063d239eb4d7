using System.CommandLine;
using System.CommandLine.Parsing;
using Torchkeep.Cli.Conversion;
using Torchkeep.Cli.Output;

namespace Torchkeep.Cli.Commands;

/// <summary><c>torchkeep convert</c>: a file as another kind, with fewer, renamed or converted tensors.</summary>
internal static class ConvertCommand
{
    private static readonly Dictionary<string, CheckpointFormat> _kinds = new()
    {
        ["zip"] = CheckpointFormat.TorchZip,
        ["legacy"] = CheckpointFormat.TorchLegacy,
        ["safetensors"] = CheckpointFormat.Safetensors,
    };

    // What people call files of torch.save; .pth.tar ends with .tar.
    private static readonly string[] _zipExtensions = [".pt", ".pth", ".bin", ".ckpt", ".tar", ".pkl", ".pickle", ".model", ".ptl", ".th"];

    private const string SafetensorsExtension = ".safetensors";

    private static readonly Dictionary<string, ElementType> _floats = new()
    {
        ["float32"] = ElementType.Float32,
        ["float16"] = ElementType.Float16,
        ["bfloat16"] = ElementType.BFloat16,
        ["float64"] = ElementType.Float64,
    };

    internal static Command Create(Terminal terminal)
    {
        var input = new Argument<string>("IN") { Description = "The checkpoint: any file that inspect reads, or the index of several." };
        var output = new Argument<string>("OUT") { Description = "The file to write: .safetensors is that; .pt, .pth, .bin, .ckpt, .tar, .pkl, .model and .ptl are zip archives." };
        var to = new Option<string>("--to") { Description = "The kind of file, whatever OUT is called.", HelpName = "KIND" }.AcceptOnlyFromAmong([.. _kinds.Keys]);
        var part = new Option<string>("--state-dict") { Description = "Write this dictionary of the object alone, such as 'model'.", HelpName = "PATH" };
        var select = new Option<string[]>("--select") { Description = "Write the entries whose names fit: * is any text, ? a character. Can be given again.", HelpName = "PATTERN" };
        var exclude = new Option<string[]>("--exclude") { Description = "Leave out the entries whose names fit, after --select. Can be given again.", HelpName = "PATTERN" };
        var tensorsOnly = new Option<bool>("--tensors-only") { Description = "Leave out the entries that are no tensors, and list them." };
        var rename = new Option<string[]>("--rename") { Description = "Rename: 'module.*=*' puts what * stood for in its place. Can be given again.", HelpName = "OLD=NEW" };
        var foldWeights = new Option<bool>("--fold-weights") { Description = "Make one weight of the tensors of weight_norm, spectral_norm and pruning, before names are chosen." };
        var type = new Option<string>("--dtype") { Description = "Convert floating-point tensors.", HelpName = "DTYPE" }.AcceptOnlyFromAmong([.. _floats.Keys]);
        var compact = new Option<bool>("--compact") { Description = "Leave out bytes that no tensor uses." };
        var dropShared = new Option<bool>("--drop-shared") { Description = "For safetensors: write tied tensors once, and their other names into the metadata." };
        var copyShared = new Option<bool>("--copy-shared") { Description = "For safetensors: give each tensor bytes of its own, also where several share them." };
        var allowEmpty = new Option<bool>("--allow-empty") { Description = "Write a file also where there is no tensor for it." };
        var shardSize = new Option<string>("--max-shard-size") { Description = "Write several files of at most so much, such as 5GB, and an index.", HelpName = "SIZE" };
        var index = IndexOption.Create();
        var command = new Command("convert", "Writes a checkpoint as another kind of file, in whole or in part. OUT is whole or not there at all.")
        {
            input, output, to, part, select, exclude, tensorsOnly, foldWeights, rename, type, compact, dropShared, copyShared, shardSize, allowEmpty, index,
        };
        var reading = ReadingOptions.Of(command);
        command.Validators.Add(result => Check(result, output, to, rename, [dropShared, copyShared], shardSize));
        command.SetAction(result =>
        {
            var target = result.GetRequiredValue(output);
            Converter.Run(
                new(
                    result.GetRequiredValue(input),
                    target,
                    new WriteOptions
                    {
                        Format = KindOf(result.GetValue(to), target)!.Value,
                        FloatingPointType = result.GetValue(type) is { } name ? _floats[name] : null,
                        Compact = result.GetValue(compact),
                        DropShared = result.GetValue(dropShared),
                        CopyShared = result.GetValue(copyShared),
                        MaxShardSize = result.GetValue(shardSize) is { } size && ByteCount.TryParse(size, out var bytes) ? bytes : null,
                    },
                    reading.From(result),
                    result.GetValue(part),
                    result.GetValue(foldWeights),
                    new EntryChoice(
                        Patterns(result.GetValue(select)),
                        Patterns(result.GetValue(exclude)),
                        [.. (result.GetValue(rename) ?? []).Select(rule => RenameRule.Parse(rule, out _)!)],
                        result.GetValue(tensorsOnly)),
                    result.GetValue(allowEmpty),
                    result.GetValue(index)),
                terminal);
            return ExitCodes.Fine;
        });
        return command;
    }

    private static void Check(
        CommandResult result, Argument<string> output, Option<string> to, Option<string[]> rename, Option<bool>[] forSafetensors, Option<string> shardSize)
    {
        // What is missing or of another kind has its own message.
        var word = result.GetResult(to)?.Tokens is [var token, ..] ? token.Value : null;
        if (result.GetResult(output) is not { Tokens: [var target] } || (word is not null && !_kinds.ContainsKey(word)))
        {
            return;
        }

        var kind = KindOf(word, target.Value);
        if (kind is null)
        {
            result.AddError($"what kind of file is '{target.Value}'? Say it with --to {string.Join(", --to ", _kinds.Keys)}, or give OUT one of the names *{SafetensorsExtension}, *{string.Join(", *", _zipExtensions)}.");
        }
        else if (kind != CheckpointFormat.Safetensors && Array.Find(forSafetensors, result.GetValue) is { } option)
        {
            result.AddError($"{option.Name} is for safetensors, and other files keep what is shared: leave it out, or give OUT a name that ends with {SafetensorsExtension}.");
        }

        // GetValue fails where an option has no value, which has its own message.
        foreach (var rule in result.GetResult(rename)?.Tokens ?? [])
        {
            if (RenameRule.Parse(rule.Value, out var problem) is null)
            {
                result.AddError($"{problem}.");
            }
        }

        if (result.GetResult(shardSize) is not null && target.Value.EndsWith(".index.json", StringComparison.OrdinalIgnoreCase))
        {
            result.AddError("OUT is the name of one file, of which those of the others and of the index are made: leave out '.index.json'.");
        }

        if (result.GetResult(shardSize)?.Tokens is [{ Value: var size }] && !ByteCount.TryParse(size, out _))
        {
            result.AddError($"--max-shard-size takes a size such as 5GB, and not '{size}'.");
        }
    }

    private static IReadOnlyList<NamePattern> Patterns(string[]? patterns) => [.. (patterns ?? []).Select(pattern => new NamePattern(pattern))];

    private static CheckpointFormat? KindOf(string? to, string output)
    {
        var extension = Path.GetExtension(output);
        return to is not null ? _kinds[to]
            : extension.Equals(SafetensorsExtension, StringComparison.OrdinalIgnoreCase) ? CheckpointFormat.Safetensors
            : _zipExtensions.Contains(extension, StringComparer.OrdinalIgnoreCase) ? CheckpointFormat.TorchZip
            : null;
    }
}
